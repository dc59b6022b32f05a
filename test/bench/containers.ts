/**
 * What a run with testcontainers costs before it can call, printed; a benchmark, not a test. It takes turns: the
 * container's own start (docker run until it lets one log in), and the time until Postgres is up in a run with each
 * provider. Beyond the container's own start, a run may take 300 ms longer than with the embedded Postgres.
 *
 *   FAULTPATH_POSTGRES_IMAGE=faultpath/postgres:18 node test/bench/containers.ts      5 rounds
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { nowMs } from '../../sandbox/host/clock.ts'
import type { Span } from '../../sandbox/host/spans.ts'
import { AdminConnection } from '../../sandbox/machines/database/admin.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const image = process.env['FAULTPATH_POSTGRES_IMAGE'] ?? 'postgres:18-alpine'
const scratch = mkdtempSync(join(tmpdir(), 'faultpath-bench-'))
const rounds = 5
const extraMsMax = 300

function docker(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('docker', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`)
  return stdout.trim()
}

/** As the provider runs it. */
async function ownStartMs(): Promise<number> {
  const startMs = nowMs()
  const variables = ['-e', 'POSTGRES_PASSWORD=bench', '-e', 'PGDATA=/tmp/faultpath', '--tmpfs', '/tmp']
  const id = docker('run', '-d', '-p', '127.0.0.1::5432', ...variables, image, 'postgres', '-c', 'fsync=off')
  try {
    const port = Number(docker('port', id, '5432/tcp').split(':').at(-1))
    const login = { user: 'postgres', password: 'bench', database: 'postgres' }
    while (!(await letsIn(new AdminConnection({ host: '127.0.0.1', port, ...login })))) await sleep(20)
    return nowMs() - startMs
  } finally {
    docker('rm', '--force', '--volumes', id)
  }
}

async function letsIn(admin: AdminConnection): Promise<boolean> {
  try {
    await admin.query('SELECT 1')
    return true
  } catch {
    return false
  } finally {
    await admin.close()
  }
}

/** From the start of the process until Postgres serves the shop. */
async function upMs(provider: string): Promise<number> {
  const FAULTPATH_BUDGET = join(scratch, 'budget.json')
  const startMs = nowMs()
  const words = [
    'sandbox/cli/main.mjs',
    'scenario',
    'dns-failure',
    '--client=fetch',
    `--database=${provider}`,
  ]
  const child = spawn(process.execPath, words, {
    cwd: root,
    env: { ...process.env, FAULTPATH_BUDGET },
    stdio: 'ignore',
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`a run with ${provider}: exit code ${code}`)
  const spans = JSON.parse(readFileSync(FAULTPATH_BUDGET, 'utf8')) as Span[]
  const postgres = spans.find(({ name }) => name === 'Postgres')
  return (postgres?.endMs ?? Number.NaN) - startMs
}

function median(numbers: readonly number[]): number {
  return Math.round(
    numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN,
  )
}

const own: number[] = []
const embedded: number[] = []
const container: number[] = []
for (let round = 0; round < rounds; round += 1) {
  own.push(await ownStartMs())
  embedded.push(await upMs('embedded'))
  container.push(await upMs('testcontainers'))
}
rmSync(scratch, { recursive: true })

const extraMs = median(container) - median(embedded) - median(own)
process.stdout.write(`medians of ${rounds} rounds, ${image}
  the container's own start     ${median(own)} ms
  up with the embedded one      ${median(embedded)} ms after the start of the process
  up with testcontainers        ${median(container)} ms
  beyond the container's start  ${extraMs} ms (at most ${extraMsMax})
`)
process.exitCode = extraMs <= extraMsMax ? 0 : 1
