import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ArmedStatus } from '../../sandbox/live/control.ts'
import { canSeal } from '../support/can-seal.ts'
import { isRefusal, meet, openConnection, turns } from '../support/faults-in-turn.ts'
import { anyInspectorPort, heapAfterCollection } from '../support/heap.ts'
import { differences, type Holdings, holdingsOf, settledHoldings } from '../support/holdings.ts'
import { LiveSandbox } from '../support/live-sandbox.ts'

// Whatever was broken, healed is as before it was armed: in one sandbox that stays, each fault in turn is met by real
// calls and healed, and nothing of it is left with any process, in the kernel, in Postgres or in a file.

const goneWithinMs = 2_000
/** Code that is loaded for a fault stays, and so do the last events of the trace, which is full by then. */
const heapGrowthMaxBytes = 8_000_000

let sandbox: LiveSandbox
let before: Holdings
const heaps = async () => [
  await heapAfterCollection(sandbox.runner),
  await heapAfterCollection(sandbox.pidOf('api')!),
]
let heapsBefore: readonly number[]

beforeAll(async () => {
  if (!canSeal) return
  sandbox = await LiveSandbox.open({ flags: ['--ipv6'], environment: anyInspectorPort })
  await sandbox.fillTrace()
  before = await settledHoldings(sandbox)
  heapsBefore = await heaps()
}, 120_000)
afterAll(async () => {
  await sandbox?.close()
})

/** What is not as before, once everything had the time to go. */
async function left(): Promise<readonly string[]> {
  const deadline = performance.now() + goneWithinMs
  for (;;) {
    const found = differences(before, await holdingsOf(sandbox))
    if (found.length === 0 || performance.now() > deadline) return found
  }
}

test.skipIf(!canSeal).each((await turns()).map((turn) => [turn.scenario, turn] as const))(
  'healed of what %s breaks, nothing of it is left (skipped without user namespaces)',
  async (_scenario, turn) => {
    await using open = turn.isOfOpenConnection ? await openConnection(sandbox) : undefined
    try {
      await sandbox.arm(turn.id, turn.parameters)
    } catch (error) {
      if (!isRefusal(error)) throw error
      expect(await left()).toEqual([])
      return
    }
    await meet(sandbox, turn)
    await open?.callAgain()
    const { armed } = await sandbox.ask('GET /status')
    await sandbox.heal()
    await open?.end()
    expect((armed as ArmedStatus).evidence.fired).toBeGreaterThan(0)
    expect(await left()).toEqual([])
    expect(await sandbox.call()).toBe('200')
  },
)

test.skipIf(!canSeal)(
  'many times over, what clients leave in the middle is gone (skipped without user namespaces)',
  { timeout: 120_000 },
  async () => {
    for (const id of ['network.cablePulled', 'network.connectionLimit', 'network.acceptThenSilence'])
      for (let time = 1; time <= 15; time += 1) {
        await sandbox.arm(id)
        await meet(sandbox, { call: {} }, 200)
        await sandbox.heal()
      }
    expect(await left()).toEqual([])
    const heapsAfter = await heaps()
    for (const [index, bytes] of heapsAfter.entries())
      expect(bytes - heapsBefore[index]!).toBeLessThan(heapGrowthMaxBytes)
  },
)
