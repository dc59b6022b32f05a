import { afterAll, beforeAll, expect, test } from 'vitest'
import { network } from '../../sandbox/03-network/index.ts'
import { tls } from '../../sandbox/04-tls/index.ts'
import { database } from '../../sandbox/07-database/index.ts'
import type { Symptom } from '../../sandbox/clients/common/symptom.ts'
import type { Fault } from '../../sandbox/language/fault.ts'
import type { ClientName, Expectations, Scenario } from '../../sandbox/language/scenario.ts'
import { compare } from '../../sandbox/run/compare.ts'
import { runScenario } from '../../sandbox/run/run-scenario.ts'
import { World } from '../../sandbox/world/world.ts'
import { ownFault } from '../fixtures/own-fault.ts'

// "Unaffected" is a promise like any other: it is broken by whatever the fault does to the client, and it is no way
// around the proof that the fault acts.

const usual: Symptom = { kind: 'response', status: 200, errors: [], bodyText: '{"a":1}', data: 1, tookMs: 5 }
const reset: Symptom = { kind: 'error', errors: [{ name: 'Error', message: 'x', code: 'EPIPE' }], tookMs: 5 }
const same = { before: usual, after: usual }
const other = { before: usual, after: { ...usual, bodyText: '{"a":2}', data: 2 } }

test.each<[what: string, healthy: typeof same, symptom: Symptom, fields: readonly string[]]>([
  ['the same again, however long it took', same, { ...usual, tookMs: 900 }, []],
  ['an error', same, reset, ['end']],
  ['a call that hangs', same, { kind: 'hangs', errors: [], tookMs: 900 }, ['end']],
  ['another status', same, { ...usual, status: 201 }, ['status']],
  ['another body', same, { ...usual, bodyText: '{"a":1} ' }, ['body']],
  ['other data of the same body', same, { ...usual, data: 2 }, ['data']],
  ['another body, where bodies differ anyway', other, { ...usual, bodyText: '{"a":3}', data: 3 }, []],
  ['another status, where bodies differ anyway', other, { ...usual, status: 201 }, ['status']],
  ['an error, where bodies differ anyway', other, reset, ['end']],
])('%s', (_what, healthy, symptom, fields) => {
  expect(compare('unaffected', symptom, healthy).map(({ field }) => field)).toEqual(fields)
})

test('says what it was before the fault, and what it is', () => {
  expect(compare('unaffected', reset, same)).toEqual([
    { field: 'end', expected: 'what it saw before the fault (status 200)', saw: 'EPIPE' },
  ])
  expect(compare('unaffected', { ...usual, status: 429 }, same)).toEqual([
    { field: 'status', expected: '200 as before the fault', saw: '429' },
  ])
})

let world: World
beforeAll(async () => {
  world = await World.open({ kind: 'portable', database: {}, onProgress: () => {} })
})
afterAll(() => world.close())

async function run(fault: Fault, expectations: Expectations, clients?: readonly ClientName[]) {
  const scenario: Scenario = { title: '', break: fault, expect: expectations }
  const wanted = (name: ClientName) => clients?.includes(name) ?? true
  const report = await runScenario(world, { id: 'x', file: 'x.ts', scenario }, { wanted })
  const fired = report.clients.map((each) => [each.client, each.fired?.count, each.fired?.of])
  return { outcome: report.outcome, problems: report.problems, fired }
}

/** Only `fetch` sends this header, so only its connection is struck: behind TLS, before its request is through. */
const strikesFetch: Fault = {
  ...ownFault({
    point: 'inner-wire',
    rules: [{ match: {}, verdict: { kind: 'reset', from: 'client', afterText: 'sec-fetch-mode' } }],
  }),
  step: 'network',
}

test('a client that never meets the fault keeps it, beside one that does', async () => {
  expect(await run(strikesFetch, { https: 'unaffected', fetch: { name: 'TypeError' } })).toEqual({
    outcome: 'pass',
    problems: [],
    fired: [
      ['fetch', 1, 'client'],
      ['https', 0, 'client'],
    ],
  })
})

test('without the promise the same client makes the run invalid', async () => {
  const { outcome, problems } = await run(strikesFetch, {
    https: { status: 200 },
    fetch: { name: 'TypeError' },
  })
  expect([outcome, ...problems].join()).toMatch(/^invalid,scenario x: the fault never fired for https: /)
  const swapped = await run(strikesFetch, { https: { status: 200 }, fetch: 'unaffected' })
  expect([swapped.outcome, ...swapped.problems].join()).toMatch(/^invalid,.* never fired for https: /)
})

test('where nobody called that is to meet the fault, the run shows nothing', async () => {
  const expectations = { https: 'unaffected', fetch: { name: 'TypeError' } } as const
  const { outcome, problems } = await run(strikesFetch, expectations, ['https'])
  expect([outcome, ...problems]).toEqual([
    'skipped',
    'scenario x: the fault never fired for https, as promised, and no client that is to meet it called',
  ])
})

test('a client that the fault does touch breaks it: by what it sees, and by its diagnosis', async () => {
  const fails = { name: 'TypeError' }
  const kept = await run(tls.alpnMismatch(), { https: 'unaffected', fetch: fails })
  expect(kept).toMatchObject({ outcome: 'pass', problems: [] })
  const broken = await run(tls.alpnMismatch(), { https: { status: 200 }, fetch: 'unaffected' })
  expect(broken).toMatchObject({
    outcome: 'mismatch',
    problems: [
      expect.stringMatching(
        /^scenario x: fetch expected what it saw before the fault \(status 200\), saw ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL, /,
      ),
      expect.stringMatching(
        /^scenario x: fetch: expected a diagnosis of no step, since it is promised to be unaffected, saw 04 tls: /,
      ),
    ],
  })
})

test('the same answer, but late, is not unaffected', async () => {
  const expectations = { https: 'unaffected', fetch: { status: 200 } } as const
  expect(await run(network.latency({ delayMs: 400 }), expectations)).toMatchObject({
    outcome: 'mismatch',
    problems: [
      expect.stringMatching(/^scenario x: https: expected a diagnosis of no step, .*, saw 03 network: /),
    ],
  })
})

test('the same status with another body is not unaffected', async () => {
  const verdict = { kind: 'alter', body: '{"users":[]}' } as const
  const altered: Fault = {
    ...ownFault({ point: 'gateway', rules: [{ match: {}, verdict }] }),
    step: 'response',
  }
  const { outcome, problems } = await run(altered, { https: 'unaffected', fetch: { status: 200, data: [] } })
  expect(outcome).toBe('mismatch')
  expect(problems.join()).toMatch(/^scenario x: https expected body .*Ada.* as before the fault, saw .*\[\]/)
  expect(problems.join()).toMatch(/https expected data \["Ada.*\] as before the fault, saw \[\]/)
  expect(problems.join()).not.toContain('fetch')
})

test('a state that all meet side by side is armed for it alone, so that no hit is counted for another', async () => {
  const fault = database.slowQuery({ sleepMs: 1 })
  const both = { https: { status: 200 }, fetch: { status: 200 } }
  expect((await run(fault, both)).fired.map(([, , of]) => of)).toEqual(['all clients', 'all clients'])
  const { fired, outcome } = await run(fault, { ...both, https: 'unaffected' })
  expect(fired).toEqual([
    ['fetch', expect.any(Number), 'client'],
    ['https', expect.any(Number), 'client'],
  ])
  expect(outcome).toBe('pass')
})

test('what the API must have seen of its database, it need not have seen for such a client', async () => {
  const fault = database.slowQuery({ sleepMs: 1 })
  const scenario = (https: 'unaffected' | { status: number }): Scenario => ({
    title: '',
    break: fault,
    expect: { fetch: { status: 200 }, https },
    database: { sqlstate: '57014' },
  })
  const problemsOf = async (each: Scenario) =>
    (await runScenario(world, { id: 'x', file: 'x.ts', scenario: each })).problems
  expect(await problemsOf(scenario('unaffected'))).toEqual([
    expect.stringMatching(/: fetch: the API expected/),
  ])
  expect(await problemsOf(scenario({ status: 200 }))).toHaveLength(2)
})
