/**
 * The start-up budget of `npm run scenario dns-failure` with one client, printed; a benchmark, not a test. Each
 * round times the whole command between two bare starts of Node and takes the ratio of these neighbours, so that the
 * host's mood cancels out; and the same in the sealed world, to tell what entering it costs.
 *
 *   npm run bench                  7 rounds
 *   npm run bench -- --rounds=15
 */
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { nowMs } from '../../sandbox/host/clock.ts'
import type { Span } from '../../sandbox/host/spans.ts'
import { stepFolder, steps } from '../../sandbox/language/steps.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } })
const rounds = Number(values.rounds)
const scratch = mkdtempSync(join(tmpdir(), 'faultpath-bench-'))

const limits = { bareStarts: 16, criticalPaths: 1.3, sealedMs: 60 }

interface Timed {
  readonly wallMs: number
  readonly startMs: number
  readonly spans: readonly Span[]
}

function run(
  command: string,
  args: readonly string[],
  environment: Record<string, string> = {},
  cwd = root,
): Promise<Timed> {
  const budget = join(scratch, 'budget.json')
  const startMs = nowMs()
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, FAULTPATH_BUDGET: budget, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      const wallMs = nowMs() - startMs
      if (code !== 0) return reject(new Error(`${command} ${args.join(' ')}: exit code ${code}`))
      const spans = args.includes('scenario') ? (JSON.parse(readFileSync(budget, 'utf8')) as Span[]) : []
      resolve({ wallMs, startMs, spans })
    })
  })
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

/**
 * The chain of spans that the end had to wait for: from the end back, always to the span that ended last before
 * the current one began. What lies between two of them is the work of no span.
 */
function criticalPath({ spans, startMs }: Timed): { path: readonly Span[]; workMs: number } {
  const path: Span[] = []
  let at = Number.POSITIVE_INFINITY
  for (;;) {
    const [next] = spans
      .filter((span) => span.endMs <= at + 1 && !path.includes(span))
      .sort((a, b) => b.endMs - a.endMs)
    if (next === undefined) break
    path.unshift(next)
    at = next.startMs
  }
  const npm: Span = { name: 'npm', startMs, endMs: path[0]?.startMs ?? startMs }
  const whole = [npm, ...path]
  return { path: whole, workMs: whole.reduce((sum, span) => sum + span.endMs - span.startMs, 0) }
}

const npmScenario = (world: 'sealed' | 'portable') => [
  ...['run', '--silent', 'scenario', 'dns-failure', '--', '--client=fetch'],
  `--world=${world}`,
]

async function warmRounds() {
  await run('npm', npmScenario('portable'))
  await run('npm', npmScenario('sealed'))
  const bare: number[] = []
  const timed: Timed[] = []
  const ratios: number[] = []
  const sealed: number[] = []
  const bareStart = async () => (await run(process.execPath, ['-e', '0'])).wallMs
  for (let round = 0; round < rounds; round += 1) {
    const before = await bareStart()
    const whole = await run('npm', npmScenario('portable'))
    const after = await bareStart()
    bare.push(before, after)
    timed.push(whole)
    ratios.push(whole.wallMs / ((before + after) / 2))
    sealed.push((await run('npm', npmScenario('sealed'))).wallMs - whole.wallMs)
  }
  return { bareMs: median(bare), timed, bareStarts: median(ratios), sealedMs: median(sealed) }
}

function print(label: string, ms: number, note = ''): void {
  process.stdout.write(`  ${label.padEnd(28)} ${ms.toFixed(0).padStart(6)} ms  ${note}\n`)
}

/** A copy of the project with 250 more faults in its catalogue, 25 for each step. */
function withGeneratedFaults(): string {
  const copy = join(scratch, 'project')
  mkdirSync(copy)
  for (const part of ['sandbox', 'scenarios', 'package.json'])
    cpSync(join(root, part), join(copy, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  for (const step of steps) {
    const folder = join(copy, 'sandbox', stepFolder(step))
    const face = join(folder, 'index.ts')
    let lines = ''
    for (let count = 1; count <= 25; count += 1) {
      const source = `import { fault } from '../language/fault.ts'\nimport { milliseconds } from '../language/parameters.ts'\n\nexport const generated${count} = fault({\n  step: '${step}',\n  name: 'generated${count}',\n  summary: ({ delayMs }) => \`generated \${delayMs}\`,\n  parameters: { delayMs: milliseconds({ default: ${count} }) },\n  plan: () => ({ point: 'dns', rules: [] }),\n})\n`
      writeFileSync(join(folder, `generated${count}.ts`), source)
      lines += `export { generated${count} } from './generated${count}.ts'\n`
    }
    writeFileSync(face, readFileSync(face, 'utf8') + lines)
  }
  return copy
}

async function catalogueRounds(): Promise<{ ours: number; grown: number }> {
  const copy = withGeneratedFaults()
  await run('npm', npmScenario('portable'), {}, copy)
  const ours: number[] = []
  const grown: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    ours.push((await run('npm', npmScenario('portable'))).wallMs)
    grown.push((await run('npm', npmScenario('portable'), {}, copy)).wallMs)
  }
  return { ours: median(ours), grown: median(grown) }
}

try {
  const { bareMs, timed, bareStarts, sealedMs } = await warmRounds()
  const totalMs = median(timed.map(({ wallMs }) => wallMs))
  const typical = timed.find(({ wallMs }) => wallMs === totalMs)!
  process.stdout.write(
    `\nnpm run scenario dns-failure, warm, portable, one client, median of ${rounds} rounds\n\n`,
  )
  print('bare start of node', bareMs)
  print(
    'npm, until node starts',
    median(timed.map(({ startMs, spans }) => spans.find(({ name }) => name === 'node')!.startMs - startMs)),
  )
  for (const name of new Set(typical.spans.map((span) => span.name))) {
    const each = (round: Timed) => round.spans.filter((span) => span.name === name)
    const count = each(typical).length
    const note = count > 1 ? `× ${count}` : ''
    print(name, median(timed.flatMap((round) => each(round).map((span) => span.endMs - span.startMs))), note)
  }
  const critical = median(timed.map((round) => criticalPath(round).workMs))
  print(
    'total',
    totalMs,
    `${bareStarts.toFixed(1)} × a bare start, round by round (at most ${limits.bareStarts})`,
  )
  print(
    'critical path',
    critical,
    `total is ${(totalMs / critical).toFixed(2)} × it (at most ${limits.criticalPaths})`,
  )
  process.stdout.write(
    `    ${criticalPath(typical)
      .path.map(({ name }) => name)
      .join(' → ')}\n`,
  )

  print('the sealed world adds', sealedMs, `round by round (at most ${limits.sealedMs})`)

  const cold = await run('npm', npmScenario('portable'), { FAULTPATH_CACHE: join(scratch, 'cache') })
  process.stdout.write('\ncold: the first run builds the Postgres cache, and nothing is compiled yet\n\n')
  print(
    'Postgres',
    cold.spans.filter(({ name }) => name === 'Postgres').map((span) => span.endMs - span.startMs)[0] ?? 0,
  )
  print('total', cold.wallMs)

  const { ours, grown } = await catalogueRounds()
  process.stdout.write('\nthe catalogue grows by 250 faults\n\n')
  print('total, today', ours)
  print('total, 250 faults more', grown, `${(grown / ours).toFixed(2)} ×`)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
