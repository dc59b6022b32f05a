import { expect, test } from 'vitest'
import type { Symptom } from '../../sandbox/clients/common/symptom.ts'
import type { Step } from '../../sandbox/language/steps.ts'
import type { Observation } from '../../sandbox/machines/shared/trace.ts'
import { diagnose } from '../../sandbox/run/diagnosis/diagnosis.ts'
import {
  after,
  anOrder,
  api,
  type Changes,
  call,
  gateway,
  inVain,
  limitMs,
  wire,
  without,
} from './diagnosis-bench.ts'

// Time decides where nothing else does: the machine that kept the others waiting broke, and what comes after the client
// has gone, or in time enough, is no break.

const took = (tookMs: number): Symptom => ({ kind: 'response', status: 201, errors: [], tookMs })
const gaveUp: Symptom = { kind: 'error', errors: [{ name: 'TimeoutError', message: 'x' }], tookMs: limitMs }
const stands = (what: 'awake' | 'absent'): Observation => ({ machine: 'process', what })
const busy = (busyMs?: number): Observation => ({
  ...{ machine: 'process', what: 'busy' },
  ...(busyMs === undefined ? {} : { busyMs }),
})

test.each<[string, Step | undefined, number, Changes]>([
  ['the gateway, before it asks', 'server', 700, { handedOn: after(700, anOrder.handedOn) }],
  [
    'who does not tell, before the API takes the request',
    'server',
    700,
    { apiAsked: after(700, anOrder.apiAsked) },
  ],
  [
    "the API's process, busy with other things, before it takes the request",
    'backend',
    700,
    { apiAsked: [after(700, anOrder.apiAsked), busy(650)] },
  ],
  [
    "the API's process, but for less than what is late",
    'server',
    700,
    { apiAsked: [after(700, anOrder.apiAsked), after(20, busy(100))] },
  ],
  [
    "the database, and the API's process is busy when all is over",
    'database',
    700,
    { inserted: after(700, anOrder.inserted), used: [anOrder.used, busy()] },
  ],
  ['the route, before its statement', 'backend', 700, { insert: after(700, anOrder.insert) }],
  ['the database', 'database', 700, { inserted: after(700, anOrder.inserted) }],
  [
    "the API's process, while the answer of the database lay there",
    'backend',
    700,
    { inserted: [after(700, anOrder.inserted), busy(650)] },
  ],
  ['the route, before its decision', 'backend', 700, { decided: after(700, anOrder.decided) }],
  ['the gateway, behind the answer', 'response', 700, { left: after(700, anOrder.left) }],
  [
    'the route, for less than half of what the call took longer',
    undefined,
    1_500,
    { insert: after(700, anOrder.insert) },
  ],
  ['nobody for long enough', undefined, 150, { insert: after(150, anOrder.insert) }],
])('%s kept the call waiting: %s', (_what, step, tookMs, changes) => {
  expect(diagnose([call({}, took(20))], call(changes, took(20 + tookMs))).broke).toBe(step)
})

test.each<[string, Step, Changes]>([
  ['the process was busy', 'backend', { apiAsked: busy() }],
  [
    'it was busy for a moment, long before',
    'server',
    { handedOn: [busy(100), anOrder.handedOn], apiAsked: undefined },
  ],
  ['it was busy for a moment', 'server', { apiAsked: [after(100, busy(90)), stands('awake')] }],
  ['it is awake', 'server', { apiAsked: stands('awake') }],
  ['there is none', 'server', { apiAsked: stands('absent') }],
])('nobody takes the request, and %s: %s', (_what, step, changes) => {
  expect(diagnose([call()], call({ ...without('routed'), ...changes }, gaveUp)).broke).toBe(step)
})

test('an answer that a busy process never took is not missing in the database', () => {
  const waiting = (inserted: Changes[string]) => call({ ...without('decided'), inserted }, gaveUp)
  expect(diagnose([call()], waiting(busy())).broke).toBe('backend')
  expect(diagnose([call()], waiting(undefined)).broke).toBe('database')
})

/** The client goes when its limit is reached. All that follows is done in vain. */
const late = (first: keyof typeof anOrder, extra: readonly Observation[] = []): Changes => {
  const rest = Object.values<Observation>(anOrder).slice(Object.keys(anOrder).indexOf(first), -3)
  return {
    ...without(first),
    [first]: [after(limitMs + 1, rest[0]!), ...rest.slice(1), ...extra],
  }
}

test.each<[string, Step, Changes]>([
  ['the gateway asks', 'server', late('handedOn')],
  ['the route sends its statement', 'backend', late('lock')],
  ['the database answers', 'database', late('inserted')],
  ['the route decides', 'backend', late('decided')],
  ['the gateway has the answer', 'response', late('left')],
  [
    'the process ends, which did not answer a statement',
    'database',
    { ...without('inserted'), inserted: after(limitMs + 1, { machine: 'process', what: 'ended' }) },
  ],
])('when the client has given up, %s: %s', (_what, step, changes) => {
  expect(diagnose([call()], call(changes, gaveUp)).broke).toBe(step)
  // Where a healthy call takes nearly as long, it is no lateness that tells.
  expect(diagnose([call({}, took(limitMs - 50))], call(changes, gaveUp)).broke).toBe(step)
})

test('what came before the client gave up counts, by its own clock where it says when', () => {
  const failed: Observation = { machine: 'client', what: 'failed' }
  const just = call({ ...without('head'), left: [after(limitMs, anOrder.left), failed] }, gaveUp)
  expect(diagnose([call({}, took(limitMs - 50))], just).broke).toBe('reply')
  const slow = call(
    { ...without('head'), head: after(limitMs, { machine: 'client', what: 'failed' }) },
    gaveUp,
  )
  expect(diagnose([call()], slow).broke).toBe('reply')
})

/** The gateway gives up after so long. The healthy answer takes 9 ms. */
const impatient = (waitedMs: number): Changes => ({
  ...without('lock'),
  answered: [after(waitedMs, gateway('upstream-failed', { code: 'ETIMEDOUT' })), ...inVain('', 504).slice(1)],
})

test('who gave up is at fault only where what it waited for was not late', () => {
  const broken = (waitedMs: number) => call(impatient(waitedMs), took(20 + waitedMs))
  expect(diagnose([call()], broken(50))).toMatchObject({
    broke: 'server',
    because: 'the gateway gave up on the API, which was not late, after 52 ms; healthy: none',
  })
  expect(diagnose([call()], broken(900)).broke).toBe('backend')
  // A route that takes as long when all is well is not late either.
  const usual = call({ lock: after(900, anOrder.lock) }, took(920))
  expect(diagnose([usual], broken(900)).broke).toBe('server')
})

test('a reply that a wire kept waiting is late also for a client that tells no stages', () => {
  const told = { head: undefined, body: undefined, used: undefined }
  const reply = (heldMs: number) => [
    wire('inner', 1, 'in', { side: 'server', bytes: 100 }),
    after(heldMs, wire('inner', 1, 'out', { side: 'client', bytes: 100, heldMs })),
  ]
  const holding = (heldMs: number) =>
    call({ ...told, done: [anOrder.done, ...reply(heldMs)] }, took(20 + heldMs))
  expect(diagnose([holding(1)], holding(700))).toMatchObject({
    broke: 'reply',
    because: 'on the way back bytes waited 700 ms; healthy: 1 ms',
  })
  expect(diagnose([holding(1)], holding(60)).broke).toBeUndefined()
})

test('what a wire tells when the call is over came before the request was through', () => {
  // Of an open connection it tells the totals alone.
  const totals = (afterMs: number) => [
    after(afterMs, wire('front', 1, 'in', { side: 'client', bytes: 100, crc32: 1 })),
    wire('front', 1, 'out', { side: 'server', bytes: 100, crc32: 1 }),
  ]
  const usual = call({ used: [anOrder.used, ...totals(1)] })
  const silent = call({ ...without('lock'), used: totals(limitMs) }, gaveUp)
  expect(diagnose([usual], silent)).toMatchObject({
    broke: 'backend',
    because: 'the API sent no statement 1; healthy: SELECT stock',
  })
  // Where it never came through, nothing else tells when it came.
  const lost = call({ ...without('asked'), used: totals(limitMs) }, gaveUp)
  expect(diagnose([usual], lost).broke).toBe('network')
})

// The healthy call after the fault stands beside the one before it.

const decided = (value: string) => ({ decided: api('decided', { status: 201, digest: 'bytes 1', value }) })
const dns: Observation = { machine: 'dns', what: 'question', name: 'a.test', type: 'A', transport: 'udp' }

test('what differs between the healthy calls is no break: a value that is another each time', () => {
  const [before, between, behind] = ['token 1', 'token 2', 'token 3'].map((value) => call(decided(value)))
  expect(diagnose([before!], between!).broke).toBe('backend')
  expect(diagnose([before!, behind!], between!).broke).toBeUndefined()
  expect(diagnose([before!, before!], between!).broke).toBe('backend')
  // That it is there at all does not differ.
  expect(diagnose([before!, behind!], call({ decided: undefined })).broke).toBe('backend')
})

test('what differs between the healthy calls is no break: whether a name is looked up', () => {
  const [without, asking] = [call(), call({ made: [anOrder.made, dns] })]
  expect(diagnose([without], asking).broke).toBe('dns')
  for (const broken of [without, asking]) {
    expect(diagnose([without, asking], broken).broke).toBeUndefined()
    expect(diagnose([asking, without], broken).broke).toBeUndefined()
  }
  const otherName = call({ made: [anOrder.made, { ...dns, name: 'b.test' }] })
  expect(diagnose([asking, without], otherName)).toMatchObject({
    broke: 'request',
    because: 'the name asked for was b.test; healthy: a.test',
  })
})

test('over an open connection the call after healing tells only how long things take', () => {
  const [usual, other] = [
    call(decided('a')),
    call({ ...decided('b'), insert: after(300, anOrder.insert) }, took(320)),
  ]
  const late = call({ ...decided('a'), insert: after(400, anOrder.insert) }, took(420))
  expect(diagnose([usual, other], call(decided('b'))).broke).toBeUndefined()
  expect(diagnose([usual, other], call(decided('b')), 1).broke).toBe('backend')
  expect(diagnose([usual], late, 1).broke).toBe('backend')
  expect(diagnose([usual, other], late, 1).broke).toBeUndefined()
})

test('what differs between the healthy calls is no break: how long a route takes', () => {
  const taking = (ms: number) => call({ insert: after(ms, anOrder.insert) }, took(20 + ms))
  expect(diagnose([taking(1)], taking(400)).broke).toBe('backend')
  expect(diagnose([taking(1), taking(300)], taking(400)).broke).toBeUndefined()
  expect(diagnose([taking(300), taking(1)], taking(400)).broke).toBeUndefined()
  expect(diagnose([taking(300), taking(1)], taking(1_200)).broke).toBe('backend')
})
