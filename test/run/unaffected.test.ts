import { afterAll, beforeAll, expect, test } from 'vitest'
import { database } from '../../sandbox/07-database/index.ts'
import type { Symptom } from '../../sandbox/clients/common/symptom.ts'
import type { Fault } from '../../sandbox/language/fault.ts'
import type { ClientName, Expectations, Scenario } from '../../sandbox/language/scenario.ts'
import { compare } from '../../sandbox/run/compare.ts'
import { runScenario } from '../../sandbox/run/run-scenario.ts'
import { World } from '../../sandbox/world/world.ts'
import { strikesFetch } from '../fixtures/own-fault.ts'

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

test('a client that never meets the fault keeps it, beside one that does', async () => {
  expect(await run(strikesFetch(), { https: 'unaffected', fetch: { name: 'TypeError' } })).toEqual({
    outcome: 'pass',
    problems: [],
    fired: [
      ['fetch', 1, 'client'],
      ['https', 0, 'client'],
    ],
  })
})

test('where nobody called that is to meet the fault, the run shows nothing', async () => {
  const expectations = { https: 'unaffected', fetch: { name: 'TypeError' } } as const
  const { outcome, problems } = await run(strikesFetch(), expectations, ['https'])
  expect([outcome, ...problems]).toEqual([
    'skipped',
    'scenario x: the fault never fired for https, as promised, and no client that is to meet it called',
  ])
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
