import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { canSeal } from '../support/can-seal.ts'
import { anyInspectorPort, heapAfterCollection } from '../support/heap.ts'
import { keptAlive } from '../support/holdings.ts'
import { LiveSandbox } from '../support/live-sandbox.ts'
import { descriptorsOf, dialled } from '../support/sockets.ts'
import type { Part } from './part.ts'

const sender = fileURLToPath(new URL('./fuzz-sender.ts', import.meta.url))
const descriptorsMax = 5
/** The sender has sixteen requests under way at most. */
const keptMax = 20
const backWithinMs = 5_000
const growthMaxPercent = 10

interface Kind {
  readonly name: string
  /** Of a batch, which is sent twice. */
  readonly count: number
  /** How often its turn comes. */
  readonly turns: number
  /** Where it is sent to; from inside, but for what only the host has. */
  readonly where: (sandbox: LiveSandbox) => object
  readonly isOutside?: boolean
}

const inside = (port: number) => () => ({ host: '127.0.0.1', port })
const kinds: readonly Kind[] = [
  { name: 'DNS over UDP', count: 5_000, turns: 5, where: inside(53) },
  { name: 'DNS over TCP', count: 1_000, turns: 1, where: inside(53) },
  { name: 'HTTP', count: 1_000, turns: 7, where: inside(80) },
  { name: 'TLS', count: 1_000, turns: 5, where: inside(443) },
  {
    name: 'Postgres frames',
    count: 1_000,
    turns: 5,
    where: (sandbox) => dialled(sandbox.pidOf('api')!, sandbox.runner)[0]!,
    isOutside: true,
  },
  {
    name: 'control socket',
    count: 500,
    turns: 5,
    where: ({ folder }) => ({
      path: join(folder, readdirSync(folder).find((name) => name.endsWith('.sock'))!),
    }),
    isOutside: true,
  },
]
const order = kinds.flatMap((kind) =>
  Array.from({ length: kind.turns }, (_, turn) => ({ kind, at: (turn + 0.5) / kind.turns })),
)
const inTurn = order.sort((one, other) => one.at - other.at).map(({ kind }) => kind)

/** Broken input for every machine that reads any; the same again must add nothing. */
export const fuzz: Part = {
  name: 'fuzz',
  what: 'broken packets, requests and frames for every machine',
  share: 3,
  count: 300,
  async run({ found, numbers, seed, untilMs }) {
    if (!canSeal) return
    let sandbox = await warm()
    for (const number of numbers) {
      if (performance.now() > untilMs) break
      const kind = inTurn[number % inTurn.length]!
      const { problems, ...rest } = await attack(sandbox, kind, seed, number)
      found({ number, kind: kind.name, inputs: 2 * kind.count, problems, ...rest })
      if (problems.length === 0) continue
      // What is wrong with it is said once.
      await sandbox.close()
      sandbox = await warm()
    }
    await sandbox.close()
  },
}

/** One whose trace is as long as it gets: what it holds does not grow by that. */
async function warm(): Promise<LiveSandbox> {
  const sandbox = await LiveSandbox.open({ environment: anyInspectorPort })
  await sandbox.fillTrace()
  return sandbox
}

async function attack(
  sandbox: LiveSandbox,
  { count, isOutside = false, name, where }: Kind,
  seed: number,
  number: number,
) {
  const batch = JSON.stringify({ kind: name, seed, number, count, where: where(sandbox) })
  const problems: string[] = []
  const before = { api: sandbox.pidOf('api'), descriptors: descriptors(sandbox) }
  const once = async () => {
    const run = isOutside ? sandbox.outside.bind(sandbox) : sandbox.type.bind(sandbox)
    const { output } = await run(process.execPath, sender, batch)
    if (output.trim() !== String(count)) problems.push(`the sender said ${output.slice(-300)}`)
    await sandbox.heal()
    const status = await sandbox.call()
    if (status !== '200') problems.push(`a healthy call gave ${status}`)
    const left = await descriptorsLeft(sandbox, before.descriptors)
    if (left > descriptorsMax) problems.push(`${left} descriptors are left`)
    return { heap: await heapAfterCollection(sandbox.runner), memory: residentOf(sandbox.runner) }
  }
  try {
    let grown = growth(await once(), await once())
    // What the allocator keeps for itself it keeps once: what leaks grows again.
    if (worst(grown) > growthMaxPercent) grown = growth(await once(), await once())
    if (worst(grown) > growthMaxPercent) problems.push(`it grew: ${JSON.stringify(grown)}`)
    if (sandbox.pidOf('api') !== before.api) problems.push('the API is another process')
    return { problems, figures: grown }
  } catch (error) {
    return { problems: [...problems, `${error}: ${sandbox.running.output().slice(-500)}`] }
  }
}

interface Memory {
  readonly heap: number
  readonly memory: number
}

/** In per cent, by the same batch once more. */
function growth(first: Memory, second: Memory): Readonly<Record<'heap %' | 'resident %', number>> {
  const grown = (was: number, is: number) => (100 * (is - was)) / was
  return { 'heap %': grown(first.heap, second.heap), 'resident %': grown(first.memory, second.memory) }
}

const worst = (grown: ReturnType<typeof growth>) => Math.max(...Object.values(grown))

/** Without connections that are kept for later calls: of a session five ends are here, of a call both. */
function descriptors(sandbox: LiveSandbox): number {
  const { calls, sessions } = keptAlive(sandbox, keptMax)
  const all = descriptorsOf(sandbox.runner).length + descriptorsOf(sandbox.pidOf('api') ?? 0).length
  return all - 5 * sessions - 2 * calls
}

async function descriptorsLeft(sandbox: LiveSandbox, before: number): Promise<number> {
  const deadline = performance.now() + backWithinMs
  for (;;) {
    const left = descriptors(sandbox) - before
    if (left <= descriptorsMax || performance.now() > deadline) return left
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function residentOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}
