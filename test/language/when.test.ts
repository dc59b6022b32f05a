import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dns } from '../../sandbox/02-dns/index.ts'
import { network } from '../../sandbox/03-network/index.ts'
import { tls } from '../../sandbox/04-tls/index.ts'
import type { Fault } from '../../sandbox/language/fault.ts'
import { readParameters } from '../../sandbox/live/faults.ts'
import { RuleSet } from '../../sandbox/machines/shared/rules.ts'
import { findScenarioFile, loadScenarioFile } from '../../sandbox/run/file/scenario-file.ts'
import { runScenario } from '../../sandbox/run/run-scenario.ts'
import { World } from '../../sandbox/world/world.ts'

// One way to say when a fault acts, for every fault: rules count events and time, states keep time. And an app that
// tries again, whose first attempts tell what broke though its last one is well.

let world: World
beforeAll(async () => {
  world = await World.open({ kind: 'portable', database: {}, onProgress: () => {} })
  await world.up()
})
afterAll(() => world.close())

const whensOf = ({ plan }: Fault) =>
  (plan as { rules?: readonly { when?: unknown }[] }).rules?.map(({ when }) => when)

test('every rule of a fault acts when it is told to, and says so', () => {
  const fault = network.resetOnConnect({ when: { times: 2 } })
  expect(whensOf(fault)).toEqual([{ times: 2 }])
  expect(fault.summary).toBe('reset-on-connect: RST at hello, the first 2 times')
  expect(fault.parameters).toEqual({ at: 'hello', when: { times: 2 } })
  expect(whensOf(dns.truncated({ tcp: 'reset', when: { every: 3 } }))).toEqual([{ every: 3 }, { every: 3 }])
  expect(whensOf(network.resetOnConnect())).toEqual([undefined])
  expect(whensOf(dns.flapping())).toEqual([{ times: 2 }])
})

test('a state keeps time, and has nothing to count', () => {
  expect(tls.expired({ when: { forMs: 5 } }).plan).toMatchObject({ point: 'tls', when: { forMs: 5 } })
  expect(() => tls.expired({ when: { times: 2 } })).toThrow(
    'tls.expired(): when.times: expected afterMs or forMs only, since this fault is a state, saw {"times":2}',
  )
})

test.each<[unknown, string]>([
  [{ times: 0 }, 'dns.nxdomain(): when.times: expected a whole number from 1 to 1000000, saw 0'],
  [{ every: 1 }, 'when.every: expected a whole number from 2 to 1000000, saw 1'],
  [{ chance: 0, seed: 1 }, 'when.chance: expected a number above 0, 1 at most, saw 0'],
  [{ chance: 0.5 }, 'when.seed: expected a seed beside the chance, saw nothing'],
  [{ seed: 3 }, 'when.chance: expected a chance beside the seed, saw nothing'],
  [{ tims: 2 }, 'unknown condition "when.tims". Did you mean "times"? It takes: times, every'],
  [2, 'when: expected an object with any of times, every, afterMs, forMs, chance, seed, saw 2'],
  [[], 'when: expected an object with any of times'],
])('when %j is answered with what is wrong', (when, message) => {
  expect(() => dns.nxdomain({ when } as never)).toThrow(message)
})

test('the command line reaches in with a dot', () => {
  expect(readParameters(['at=hello', 'when.times=2', 'when.afterMs=50'])).toEqual({
    at: 'hello',
    when: { times: 2, afterMs: 50 },
  })
})

test('events before its time do not count', () => {
  const rules = new RuleSet<object, string>()
  rules.arm([{ match: {}, when: { times: 1, afterMs: 100 }, verdict: 'drop' }], 0)
  expect([50, 99, 100, 150].map((nowMs) => rules.decide({}, nowMs))).toEqual([
    undefined,
    undefined,
    'drop',
    undefined,
  ])
})

async function reach({ address, port }: { address: string; port: number }): Promise<string> {
  const socket = connect(port, address)
  const [outcome] = await Promise.race([
    once(socket, 'connect').then(() => ['connected']),
    once(socket, 'error').catch((error: NodeJS.ErrnoException) => [error.code]),
  ]).catch((error: NodeJS.ErrnoException) => [error.code])
  socket.destroy()
  return String(outcome?.code ?? outcome)
}

async function armed(fault: Fault) {
  const seat = await world.seat('test', () => {})
  await seat.open()
  const point = await world.arm(seat, fault.plan)
  return { seat, point, front: { address: seat.place.address, port: seat.door.machines['front-wire'].port } }
}

test('a state begins after its time, ends after its time, and its proof outlives it', async () => {
  const { seat, point, front } = await armed(
    network.connectionRefused({ when: { afterMs: 300, forMs: 400 } }),
  )
  expect(await reach(front)).toBe('connected')
  expect(await point.evidence()).toMatchObject({ fired: 0, text: expect.stringContaining('after 300 ms') })
  await pause(450)
  expect(await reach(front)).toBe('ECONNREFUSED')
  await pause(450)
  expect(await reach(front)).toBe('connected')
  const { fired, held } = await point.evidence()
  expect(fired).toBe(1)
  const heldForMs = (held?.untilMs ?? 0) - (held?.fromMs ?? 0)
  expect(heldForMs).toBeGreaterThan(300)
  expect(heldForMs).toBeLessThan(500)
  await point.heal()
  await seat.close()
})

test('a state that is healed before its time never begins', async () => {
  const { seat, point, front } = await armed(network.connectionRefused({ when: { afterMs: 100 } }))
  await point.heal()
  await pause(200)
  expect(await reach(front)).toBe('connected')
  await seat.close()
})

test.each([
  ['reset-then-works', 'network'],
  ['alert-then-works', 'tls'],
  ['cut-then-works', 'reply'],
  ['server-error-then-works', 'backend'],
])('%s fails twice, then works, and %s is named all the same', async (id, step) => {
  const report = await runScenario(world, await loadScenarioFile(findScenarioFile(id)))
  expect(report.problems).toEqual([])
  for (const { skipped, symptom, earlier, diagnosis } of report.clients) {
    if (skipped !== undefined) continue
    expect(symptom).toMatchObject({ kind: 'response', status: 200, attempts: 3 })
    const failure = step === 'backend' ? { kind: 'response', status: 500 } : { kind: 'error' }
    expect(earlier).toMatchObject([failure, failure])
    expect(diagnosis).toMatchObject({ broke: step, because: expect.stringContaining('attempt 1 of 3') })
  }
})

test('an app that has used up its retries fails as the last attempt did', async () => {
  const file = await loadScenarioFile(findScenarioFile('reset-then-works'))
  const scenario = { ...file.scenario, call: { retries: 1 } }
  const report = await runScenario(world, { ...file, scenario })
  expect(report.outcome).toBe('mismatch')
  expect(report.clients[0]?.symptom).toMatchObject({ kind: 'error', attempts: 2 })
})
