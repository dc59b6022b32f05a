import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { dns } from '../../sandbox/02-dns/index.ts'
import { network } from '../../sandbox/03-network/index.ts'
import { tls } from '../../sandbox/04-tls/index.ts'
import { server } from '../../sandbox/05-server/index.ts'
import { backend } from '../../sandbox/06-backend/index.ts'
import { database } from '../../sandbox/07-database/index.ts'
import type { Client, ReadyClient } from '../../sandbox/clients/common/client.ts'
import { loadClient } from '../../sandbox/clients/index.ts'
import { nowMs } from '../../sandbox/host/clock.ts'
import type { Fault } from '../../sandbox/language/fault.ts'
import { lookupFails } from '../../sandbox/language/lookup-fails.ts'
import type { ClientPromise, Expectations, Scenario, Seen } from '../../sandbox/language/scenario.ts'
import { Control } from '../../sandbox/live/control.ts'
import { socketName } from '../../sandbox/live/running.ts'
import type { Connection } from '../../sandbox/machines/client/resolved-call.ts'
import type { GatewayVerdict } from '../../sandbox/machines/gateway/gateway-points.ts'
import type { Armed, Evidence } from '../../sandbox/machines/shared/breakable.ts'
import type { StateWhen } from '../../sandbox/machines/shared/when.ts'
import { ClientRun } from '../../sandbox/run/client-run.ts'
import type { Phase } from '../../sandbox/run/connection.ts'
import { exitCode, type Outcome } from '../../sandbox/run/outcome.ts'
import { promisesOf } from '../../sandbox/run/promises.ts'
import { runScenario } from '../../sandbox/run/run-scenario.ts'
import { Stop } from '../../sandbox/run/stop.ts'
import { World } from '../../sandbox/world/world.ts'
import { ownFault, strikesFetch } from '../fixtures/own-fault.ts'
import { ask } from '../machines/database/database-sessions.ts'
import { canSeal } from '../support/can-seal.ts'

// A catalogue of true promises cannot test the judge. So one thing is wrong here at a time: in what a scenario says, in
// what a machine does, in what a client does. Each lie is caught, in words that name it, and the truth beside it passes.

const openWorld = (kind: 'portable' | 'sealed') => World.open({ kind, database: {}, onProgress: () => {} })

let world: World
beforeAll(async () => {
  world = await openWorld('portable')
  await world.up()
})
afterAll(() => world.close())

type Told = Omit<Scenario, 'title'>

/** The outcome, and each problem in its words; what differs from run to run stands as N, or is left out. */
async function run(told: Told, inside = world): Promise<readonly string[]> {
  const { outcome, problems } = await runScenario(inside, {
    ...{ id: 'x', file: 'x.ts' },
    scenario: { title: '', ...told },
  })
  return [
    outcome,
    ...problems.map((problem) =>
      problem
        .replace('scenario x: ', '')
        .replaceAll(/\d+ ms/g, 'N ms')
        .replaceAll(/127\.[\d.:]+\d/g, 'ADDRESS')
        .replace(/(tookMs .*, saw )\d+/, '$1N')
        .replace(/(diagnosis of [^,]*).*(, saw \d\d \w+): .*/, '$1$2'),
    ),
  ]
}

const truths = new Map<Told, Promise<readonly string[]>>()

/** A truth that several lies are about is run once. */
async function expectTrue(told: Told): Promise<void> {
  const ran = truths.get(told) ?? run(told)
  truths.set(told, ran)
  expect(await ran).toEqual(['pass'])
}

/** The real thing, but for what is changed. */
function but<Real extends object>(real: Real, changes: Partial<Real>): Real {
  return new Proxy(real, {
    get(target, key) {
      if (key in changes) return changes[key as keyof Real]
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** The gateway changes the API's answer. */
const altered = (verdict: { readonly status?: number; readonly body?: string }) =>
  ownFault({ point: 'gateway', rules: [{ match: {}, verdict: { kind: 'alter', ...verdict } }] }, 'response')

/** The name leads to these, where nobody listens. */
const deadAddresses = (...addresses: readonly string[]) => {
  const records = addresses.map((value) => ({ type: 'A', value }) as const)
  return ownFault({ point: 'dns', rules: [{ match: {}, verdict: { kind: 'answer', records } }] }, 'dns')
}

interface Observed {
  readonly what: string
  readonly scenario: Omit<Told, 'expect'>
  /** How the call went, as each of its mismatches ends. */
  readonly call: string
  /** Promises that it keeps. */
  readonly kept: readonly [Seen, ...ClientPromise[]]
  /** One field of the first of them made wrong. */
  readonly fields: readonly (readonly [wrong: Seen, words: string])[]
  /** Other outcomes than it had. */
  readonly outcomes: [ClientPromise, ...words: string[]][]
}

const observed: readonly Observed[] = [
  {
    what: 'an error',
    scenario: { break: dns.nxdomain() },
    call: 'ENOTFOUND queryA, after N ms (noticed at dns)',
    kept: [
      {
        ...{ name: 'TypeError', code: 'ENOTFOUND', syscall: 'queryA', message: /^fetch failed$/ },
        ...{ attempts: 1, tookMs: [0, 10_000] },
      },
      { message: /ENOTFOUND/ },
      { oneOf: [{ code: 'EPIPE' }, { code: 'ENOTFOUND' }], because: 'the second is so' },
    ],
    fields: [
      [{ name: 'Error' }, 'name "Error", saw "TypeError"'],
      [{ code: 'EPIPE' }, 'code "EPIPE", saw "ENOTFOUND"'],
      [{ syscall: 'connect' }, 'syscall "connect", saw "queryA"'],
      [{ message: /reset/ }, 'message /reset/, saw "fetch failed < queryA ENOTFOUND api.example.test"'],
      [{ attempts: 2 }, 'attempts 2, saw 1'],
      [{ tookMs: [9_000, 10_000] }, 'tookMs [9000,10000], saw N'],
      [{ tookMs: [0, 0] }, 'tookMs [0,0], saw N'],
    ],
    outcomes: [
      [{ status: 200 }, 'status 200, saw none'],
      [{ body: { users: [] } }, 'body {"users":[]}, saw none'],
      [{ data: [] }, 'data [], saw none'],
      // Without a response there is no header, and none that is missing.
      [{ headers: { 'x-none': null } }, 'headers {"x-none":null}, saw none'],
      [{ exit: 6 }, 'exit 6, saw none'],
      [{ tookMs: [0, 10_000] }, 'a response'],
      ['hangs', 'a call that hangs'],
      ['unaffected', 'what it saw before the fault (status 200)', 'a diagnosis of no step, saw 02 dns'],
      [
        { oneOf: [{ code: 'EPIPE' }, { status: 200 }], because: 'none is so' },
        'code "EPIPE" (first of the 2 in oneOf), saw "ENOTFOUND"',
      ],
    ],
  },
  {
    what: 'an error that holds several',
    scenario: { break: deadAddresses('127.0.0.251', '127.0.0.252') },
    call: 'ECONNREFUSED, after N ms (noticed at network)',
    kept: [{ name: 'TypeError', code: 'ECONNREFUSED' }, { message: /ECONNREFUSED 127.0.0.252:/ }],
    fields: [
      [{ name: 'AggregateError' }, 'name "AggregateError", saw "TypeError"'],
      [{ syscall: 'connect' }, 'syscall "connect", saw none'],
    ],
    outcomes: [],
  },
  {
    what: 'a refusal',
    // An app that is ready to try again does not, where the answer is about its own request.
    scenario: { break: server.tooManyRequests({ retryAfterSeconds: 2 }), call: { retries: 2 } },
    call: 'status 429, after N ms (noticed at app)',
    kept: [
      { status: 429, headers: { 'Retry-After': '2' }, body: { error: 'too_many_requests' }, attempts: 1 },
      { headers: { 'retry-AFTER': /^2$/, 'x-none': null, constructor: null } },
      { oneOf: [{ status: 429 }, { status: 503 }], because: 'the first is so' },
    ],
    fields: [
      [{ status: 503 }, 'status 503, saw 429'],
      [{ headers: { 'Retry-After': '3' } }, 'headers.retry-after "3", saw "2"'],
      [{ headers: { 'Retry-After': '02' } }, 'headers.retry-after "02", saw "2"'],
      [{ headers: { 'Retry-After': /^3/ } }, 'headers.retry-after /^3/, saw "2"'],
      [{ headers: { 'retry-AFTER': null } }, 'headers.retry-after none, saw "2"'],
      [{ headers: { 'x-none': '' } }, 'headers.x-none "", saw none'],
      [{ headers: { 'x-none': /.*/ } }, 'headers.x-none /.*/, saw none'],
      [{ headers: { constructor: /x/ } }, 'headers.constructor /x/, saw none'],
      [{ body: { error: 'other' } }, 'body {"error":"other"}, saw {"error":"too_many_requests"}'],
      [{ body: { code: 1 } }, 'body {"code":1}, saw {"error":"too_many_requests"}'],
      [{ body: [] }, 'body [], saw {"error":"too_many_requests"}'],
    ],
    outcomes: [
      [{ name: 'TypeError' }, 'name "TypeError", saw none'],
      [{ code: 'EPIPE' }, 'code "EPIPE", saw none'],
      [{ syscall: 'read' }, 'syscall "read", saw none'],
      [{ message: /./ }, 'message /./, saw none'],
      [{ exit: 0 }, 'exit 0, saw none'],
      [{ data: [] }, 'data [], saw none'],
      ['hangs', 'a call that hangs'],
      [
        { oneOf: [{ status: 503 }, { code: 'EPIPE' }], because: 'none is so' },
        'status 503 (first of the 2 in oneOf), saw 429',
      ],
    ],
  },
  {
    what: 'an answer',
    scenario: { break: altered({ body: '{"users":[{"id":1,"name":"Eve"}]}' }) },
    call: 'status 200, after N ms',
    kept: [
      { status: 200, data: ['Eve'], body: { users: [{ id: 1, name: 'Eve' }] } },
      { tookMs: [0, 10_000] },
    ],
    fields: [
      [{ data: ['Ada'] }, 'data ["Ada"], saw ["Eve"]'],
      [{ data: [] }, 'data [], saw ["Eve"]'],
      [{ body: { users: [] } }, 'body {"users":[]}, saw {"users":[{"id":1,"name":"Eve"}]}'],
      [
        { body: { users: [{ name: 'Eve' }] } },
        'body {"users":[{"name":"Eve"}]}, saw {"users":[{"id":1,"name":"Eve"}]}',
      ],
    ],
    outcomes: [
      [
        'unaffected',
        'body "{\\"users\\":[{\\"id\\":1,\\"name\\":\\"Ada Lovelace\\",\\"email\\... as before the fault, saw "{\\"users\\":[{\\"id\\":1,\\"name\\":\\"Eve\\"}]}"',
        'data ["Ada Lovelace","Grace Hopper","Alan Turing"] as before the fault, saw ["Eve"]',
        'a diagnosis of no step, saw 08 response',
      ],
    ],
  },
]

/** The line of a mismatch. */
function line(words: string, call: string): string {
  if (words.startsWith('a diagnosis')) return `fetch: expected ${words}`
  return words.includes(', saw ')
    ? `fetch expected ${words}; the call: ${call}`
    : `fetch expected ${words}, saw ${call}`
}

describe.each(observed)('of $what', ({ call, fields, kept, outcomes, scenario }) => {
  const told = (promise: ClientPromise) => run({ ...scenario, expect: { fetch: promise } })

  test.each(kept)('what is so is kept (%#)', async (promise) => {
    expect(await told(promise)).toEqual(['pass'])
  })
  test.each(fields)('one field is wrong, %j: %s', async (wrong, words) => {
    expect(await told({ ...kept[0], ...wrong })).toEqual(['mismatch', line(words, call)])
  })
  test.each(outcomes)('another outcome, %j: %s', async (promise, ...words) => {
    expect(await told(promise)).toEqual(['mismatch', ...words.map((each) => line(each, call))])
  })
})

const commands = await Promise.all((['curl', 'python', 'requests'] as const).map(loadClient))
const lacking = canSeal
  ? commands.map((client) => client.missing()).find((why) => why !== undefined)
  : 'user namespaces are not allowed'

describe.skipIf(lacking !== undefined)(
  `of clients that only the sealed world has${lacking === undefined ? '' : ` (skipped: ${lacking})`}`,
  () => {
    let sealed: World
    beforeAll(async () => {
      sealed = await openWorld('sealed')
      await sealed.up()
    })
    afterAll(() => sealed.close())
    const curlCall = 'the call: exit 6: Could not resolve host: api.example.test, after N ms (noticed at dns)'

    test.each<[ClientPromise, ...string[]]>([
      [{ exit: 6, message: /Could not resolve host/ }],
      [{ exit: 7, message: /Could not resolve host/ }, `curl expected exit 7, saw 6; ${curlCall}`],
      [{ status: 200 }, `curl expected status 200, saw none; ${curlCall}`],
    ])('curl, promised %j', async (promise, ...problems) => {
      const told = { break: dns.nxdomain(), expect: { curl: promise } }
      expect(await run(told, sealed)).toEqual([problems.length === 0 ? 'pass' : 'mismatch', ...problems])
    })

    const hang = 'hangs (stopped after N ms)'
    /** Two that hang, so that two promises share the seconds it takes to know. */
    test.each<[python: ClientPromise, requests: ClientPromise, ...problems: string[]]>([
      ['hangs', { status: 200 }, `requests expected status 200, saw none; the call: ${hang}`],
      [
        'unaffected',
        { oneOf: [{ tookMs: [0, 10_000] }, { code: 'EAI_AGAIN' }], because: 'none is so' },
        `python expected what it saw before the fault (status 200), saw ${hang}`,
        `requests expected a response (first of the 2 in oneOf), saw ${hang}`,
        'python: expected a diagnosis of no step, saw 02 dns',
      ],
    ])('a call that hangs, promised %j and %j', async (python, requests, ...problems) => {
      const told = { break: dns.truncated({ tcp: 'stall' }), call: { timeoutMs: 100 } }
      expect(await run({ ...told, expect: { python, requests } }, sealed)).toEqual(['mismatch', ...problems])
    })

    test('a promise of the portable world is none here', async () => {
      const [right, wrong] = [{ code: 'ENOTFOUND' }, { code: 'EPIPE' }]
      const told = { break: dns.nxdomain(), expect: { fetch: right }, portable: { fetch: wrong } }
      expect(await run(told, sealed)).toEqual(['pass'])
    })
  },
)

const right: ClientPromise = { code: 'ENOTFOUND' }
const wrong: ClientPromise = { code: 'EPIPE' }

test.each<[promises: Pick<Told, 'expect' | 'portable'>, toldWrong: readonly string[]]>([
  [{ expect: { all: right } }, []],
  [{ expect: { all: wrong } }, ['fetch', 'https']],
  [{ expect: { all: wrong, fetch: right } }, ['https']],
  [{ expect: { all: right, fetch: wrong } }, ['fetch']],
  [{ expect: { fetch: wrong }, portable: { fetch: right } }, []],
  [{ expect: { fetch: right }, portable: { fetch: wrong } }, ['fetch']],
  [{ expect: { all: wrong }, portable: { all: right } }, []],
  [{ expect: { all: right }, portable: { all: wrong } }, ['fetch', 'https']],
  [{ expect: { all: right, fetch: right }, portable: { all: wrong } }, ['https']],
  [{ expect: { all: right }, portable: { https: wrong } }, ['https']],
])('promised %j, these see something else: %j', async (promises, toldWrong) => {
  const [outcome, ...problems] = await run({ break: dns.nxdomain(), ...promises })
  expect(problems.map((problem) => problem.split(' ')[0])).toEqual(toldWrong)
  expect(outcome).toBe(toldWrong.length === 0 ? 'pass' : 'mismatch')
})

test('"all" are the clients that are not named, but for the browser, which is called by name only', () => {
  const clients = (told: Expectations) => [
    ...promisesOf({ title: '', break: dns.nxdomain(), expect: told }, 'sealed').keys(),
  ]
  expect(clients({ all: right })).toEqual(['fetch', 'https', 'curl', 'python', 'requests'])
  expect(clients({ chromium: right, curl: right })).toEqual(['curl', 'chromium'])
})

const unknownName: Told = { break: dns.nxdomain(), expect: { fetch: { code: 'ENOTFOUND' } } }
const refused = { expect: { fetch: { code: 'ECONNREFUSED' } } } as const
const triesAgain = { call: { retries: 2 }, expect: { fetch: { status: 200, attempts: 3 } } } as const
const fetchStruck: Told = {
  break: strikesFetch(),
  expect: { https: 'unaffected', fetch: { name: 'TypeError' } },
}

test.each<[what: string, truth: Told, lie: Partial<Told>, ...caught: string[]]>([
  [
    'a fault that acts on nothing',
    unknownName,
    { break: dns.nxdomain({ name: 'other.example.test' }) },
    ...['invalid', 'the fault never fired for fetch: 2 questions: 1 × A ADDRESS, 1 × NODATA'],
  ],
  [
    'a fault of another step',
    unknownName,
    { break: { ...dns.nxdomain(), step: 'app' } },
    ...['mismatch', 'fetch: expected a diagnosis of 10 app, saw 02 dns'],
  ],
  [
    'a state that begins when the call is over',
    { break: network.connectionRefused(), ...refused },
    { break: network.connectionRefused({ when: { afterMs: 60_000 } }) },
    ...['invalid', 'the fault never fired for fetch: it begins after N ms'],
  ],
  [
    'a call that a closed port does not meet',
    { break: network.connectionRefused(), ...refused },
    { call: { connection: 'warm' } },
    'invalid',
    'the fault never fired for fetch: a probe of ADDRESS: ECONNREFUSED, but it opened no connection while the state held',
  ],
  [
    'a call that a dead resolver does not meet',
    { break: dns.resolverDown(), ...refused },
    { call: { connection: 'warm' } },
    'invalid',
    'the fault never fired for fetch: UDP and TCP port 5300 closed (probed), 0 questions, but it asked no name while the state held',
  ],
  [
    'a warm call whose client closes the connection',
    { break: backend.throws(), call: { connection: 'warm' }, expect: { https: { status: 500 } } },
    { call: { connection: 'warm', headers: { connection: 'close' } } },
    ...['invalid', 'https: a warm call opened a new connection'],
  ],
  [
    'another time than a look-up that fails took',
    { break: dns.nxdomain(), expect: lookupFails.inCares('ENOTFOUND', [0, 10_000]) },
    { expect: lookupFails.inCares('ENOTFOUND', [9_000, 10_000]) },
    'mismatch',
    'fetch expected tookMs [9000,10000], saw N; the call: ENOTFOUND queryA, after N ms (noticed at dns)',
    'https expected tookMs [9000,10000], saw N; the call: ENOTFOUND queryA, after N ms (noticed at dns)',
  ],
  [
    'one time less than it takes',
    { break: backend.throws({ when: { times: 2 } }), ...triesAgain },
    { break: backend.throws({ when: { times: 1 } }) },
    ...['mismatch', 'fetch expected attempts 3, saw 2; the call: status 200, after N ms (noticed at app)'],
  ],
  [
    'one time more than it takes',
    { break: backend.throws({ when: { times: 2 } }), ...triesAgain },
    { break: backend.throws({ when: { times: 3 } }) },
    ...['mismatch', 'fetch expected status 200, saw 500; the call: status 500, after N ms (noticed at app)'],
  ],
  [
    'another SQLSTATE than the one that came',
    {
      ...{ break: database.anySqlstate({ sqlstate: '53100' }), database: { sqlstate: '53100' } },
      expect: { fetch: { status: 503 } },
    },
    { database: { sqlstate: '53200' } },
    ...['mismatch', 'fetch: the API expected SQLSTATE 53200 of Postgres, saw 53100'],
  ],
  [
    'a SQLSTATE where the database answered well',
    { break: backend.throws(), expect: { fetch: { status: 500 }, https: { status: 500 } } },
    { database: { sqlstate: '53100' } },
    'mismatch',
    'fetch: the API expected SQLSTATE 53100 of Postgres, saw none',
    'https: the API expected SQLSTATE 53100 of Postgres, saw none',
  ],
  [
    'a SQLSTATE that a client which the fault does not touch need not have seen',
    fetchStruck,
    { database: { sqlstate: '53100' } },
    ...['mismatch', 'fetch: the API expected SQLSTATE 53100 of Postgres, saw none'],
  ],
  [
    'a client promised an answer that the fault does not touch',
    fetchStruck,
    { expect: { https: { status: 200 }, fetch: { name: 'TypeError' } } },
    ...['invalid', 'the fault never fired for https: 1 connection, none was struck'],
  ],
  [
    'a client promised to be unaffected that the fault strikes',
    { break: tls.alpnMismatch(), expect: { https: 'unaffected', fetch: { name: 'TypeError' } } },
    { expect: { https: { status: 200 }, fetch: 'unaffected' } },
    'mismatch',
    'fetch expected what it saw before the fault (status 200), saw ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL, after N ms (noticed at tls)',
    'fetch: expected a diagnosis of no step, saw 04 tls',
  ],
  [
    'a client promised to be unaffected that gets the same answer, but late',
    {
      break: network.latency({ delayMs: 150, direction: 'to-server' }),
      expect: { fetch: { status: 200 }, https: { status: 200 } },
    },
    { expect: { fetch: { status: 200 }, https: 'unaffected' } },
    ...['mismatch', 'https: expected a diagnosis of no step, saw 03 network'],
  ],
])('the scenario says %s', async (_what, truth, lie, ...caught) => {
  await expectTrue(truth)
  expect(await run({ ...truth, ...lie })).toEqual(caught)
})

/** While a fault is armed, or as it is armed, something is otherwise. */
const arming = (real: World, change: (armed: Armed) => Armed | Promise<Armed>) =>
  but(real, { arm: async (seat, plan) => await change(await real.arm(seat, plan)) })
const evidently = (evidence: Partial<Evidence>) => (real: World) =>
  arming(real, (armed) =>
    but(armed, { evidence: async () => ({ ...(await armed.evidence()), ...evidence }) }),
  )
/** From the start, before anything is armed. */
const answering = (verdict: GatewayVerdict) => (real: World) =>
  but(real, {
    seat: async (...asked) => {
      const seat = await real.seat(...asked)
      const open = async () => {
        const door = await seat.open()
        await door.machines.gateway.arm({ rules: [{ match: {}, verdict }] })
        return door
      }
      return but(seat, { open })
    },
  })
const unhealed = (real: World) => arming(real, (armed) => but(armed, { heal: async () => {} }))
const sql = async (statement: string) => void (await ask(world.database.target, statement))
const renamed = "UPDATE users SET name = 'Eve' WHERE id = 1"
const users = '["Eve","Grace Hopper","Alan Turing"], expected ["Ada Lovelace","Grace Hopper","Alan Turing"]'

afterEach(() => world.database.reset())

/** Each order takes all there is, so each phase and each client needs the row as it was seeded. */
const ordering: Told = {
  break: backend.throws({ route: '/orders' }),
  call: {
    ...{ method: 'POST', path: '/orders', body: { productId: 3, quantity: 1 } },
    // Ada's, until 2100.
    headers: {
      authorization:
        'Bearer 1.4102444800000.731abd4a34b629d5285d3e86411c34b9897000a45808450899ff5f90066cab06',
    },
  },
  expect: { fetch: { status: 500 }, https: { status: 500 } },
}

const outOfStock =
  'the fault was left behind: after healing, fetch POST /orders gave status 409, before the fault 201'

/** From now on the rows are put back so many times, and no more. */
async function resetting(real: World, times: number): Promise<World> {
  await real.database.reset()
  let resets = 0
  const reset = async () => {
    resets += 1
    if (resets <= times) await real.database.reset()
  }
  return but(real, { database: but(real.database, { reset }) })
}

test.each<[what: string, truth: Told, lie: (real: World) => World | Promise<World>, ...caught: string[]]>([
  [
    'has other users than were seeded',
    unknownName,
    async (real) => {
      await sql(renamed)
      return real
    },
    ...['unhealthy', `not steady before the fault: fetch GET /users gave the users ${users}`],
  ],
  [
    'answers the right users with another 2xx',
    unknownName,
    answering({ kind: 'alter', status: 203 }),
    ...['unhealthy', 'not steady before the fault: fetch GET /users gave status 203, expected 200'],
  ],
  [
    'answers with a long page of something else',
    unknownName,
    answering({ kind: 'respond', status: 404, body: 'x'.repeat(5_000) }),
    'unhealthy',
    `not steady before the fault: fetch GET /users gave status 404 ${'x'.repeat(200)}, expected 200`,
  ],
  [
    'comes to have other users meanwhile',
    unknownName,
    (real) =>
      arming(real, async (armed) => {
        await sql(renamed)
        return armed
      }),
    'invalid',
    'the fault was left behind: after healing, fetch GET /users gave another body than before the fault: {"users":[{"id":1,"name":"Eve","email":"ada@example.test"},{"id":2,"name":"Grace Hopper","email":"grace@example.test"},{"id":3,"name":"Alan Turing","email":"alan@example.test"}]}',
  ],
  [
    'answers another 2xx body once it is healed',
    { ...unknownName, call: { path: '/users/1' } },
    (real) =>
      arming(real, async (armed) => {
        await sql(renamed)
        return armed
      }),
    'invalid',
    'the fault was left behind: after healing, fetch GET /users/1 gave another body than before the fault: {"id":1,"name":"Eve","email":"ada@example.test"}',
  ],
  [
    'answers another 2xx status once it is healed',
    { break: altered({ status: 203 }), call: { path: '/users/1' }, expect: { fetch: { status: 203 } } },
    unhealed,
    'invalid',
    'the fault was left behind: after healing, fetch GET /users/1 gave status 203, before the fault 200',
  ],
  [
    'keeps the fault',
    unknownName,
    unhealed,
    'invalid',
    'the fault was left behind: after healing, fetch GET /users gave ENOTFOUND queryA, expected 200',
  ],
  [
    'fails to heal',
    unknownName,
    (real) =>
      arming(real, (armed) =>
        but(armed, {
          heal: async () => {
            throw new Error('stuck')
          },
        }),
      ),
    ...['invalid', 'the fault was left behind: stuck'],
  ],
  [
    'counted nothing',
    unknownName,
    evidently({ fired: 0, text: 'no question' }),
    ...['invalid', 'the fault never fired for fetch: no question'],
  ],
  [
    'counted the hits of one client only',
    { break: database.slowQuery({ sleepMs: 1 }), expect: { fetch: { status: 200 }, https: { status: 200 } } },
    evidently({ ofDoor: (door) => (door.startsWith('fetch') ? 1 : 0), text: 'one' }),
    ...['invalid', 'the fault never fired for https: one'],
  ],
  ['never puts the rows back', ordering, (real) => resetting(real, 0), ...['invalid', outOfStock]],
  [
    'puts the rows back before the fault only',
    ordering,
    (real) => resetting(real, 2),
    ...['invalid', outOfStock],
  ],
  [
    'has lost a part, which weighs more than a fault that never fired',
    unknownName,
    (real) =>
      but(evidently({ fired: 0, text: 'no question' })(real), {
        deaths: [{ part: 'the API', detail: 'SIGKILL' }],
      }),
    ...['unhealthy', 'the API: died during the run (SIGKILL)'],
  ],
])('the sandbox %s', async (_what, told, lie, ...caught) => {
  await expectTrue(told)
  expect(await run(told, await lie(world))).toEqual(caught)
})

test('rows that a fault of the database may have changed are put back before each phase', async () => {
  const told = { break: database.anySqlstate(), expect: { fetch: { status: 503 } } }
  await sql(renamed)
  expect(await run(told)).toEqual(['pass'])
  expect(await run(unknownName)).toEqual(['pass'])
})

/**
 * A client that is told one connection, and may go another way.
 * @param made how its calls go: the last of these ways serves all that follow.
 */
async function clientRun(told: Connection, made: readonly Connection[] = [told]): Promise<ClientRun> {
  const https = await loadClient('https')
  let calls = 0
  const lying: Client = {
    ...https,
    prepare: (seat) => {
      const ready = https.prepare(seat)
      const call: ReadyClient['call'] = async (asked, observe) => {
        const connection = made[Math.min(calls, made.length - 1)]!
        calls += 1
        return await ready.call({ ...asked, connection }, observe)
      }
      return but(ready, { call })
    },
  }
  return await ClientRun.start(world, lying, {
    ...{ promise: 'hangs', call: { connection: told }, files: {} },
    seat: { edge: { tickets: told === 'resumed', clientCertificate: false } },
  })
}

test.each<[told: Connection, made: readonly Connection[], phase: Phase, caught?: string]>([
  ['cold', ['cold'], 'before the fault'],
  ['warm', ['warm'], 'before the fault'],
  ['resumed', ['resumed'], 'before the fault'],
  ['resumed', ['resumed', 'cold'], 'under the fault', 'expected a resumed TLS session, saw a full handshake'],
  ['warm', ['warm', 'cold'], 'before the fault', 'a warm call opened a new connection'],
  // By now the fault may have ended the one that was open.
  ['warm', ['warm', 'cold'], 'under the fault'],
  ['warm', ['warm', 'cold'], 'after healing'],
])('a client told to make a %s call makes a %j one %s: %s', async (told, made, phase, caught) => {
  const client = await clientRun(told, made)
  const statusOf = async (when: Phase) => (await client.call({ connection: told }, 'x', when)).symptom.status
  try {
    expect(await statusOf('before the fault')).toBe(200)
    if (caught === undefined) expect(await statusOf(phase)).toBe(200)
    else await expect(statusOf(phase)).rejects.toThrow(new Stop('invalid', `x: https: ${caught}`))
  } finally {
    await client.close()
  }
})

/** When a call began and ended, and whether the fault acted on it. */
interface Struck {
  /** Since it was armed for certain. */
  readonly fromMs: number
  /** Since it was about to be armed. */
  readonly untilMs: number
  readonly isStruck: boolean
}

/** Calls under a fault, one after the other, until there are enough. The first, healthy, shows how long one takes. */
async function struck(
  faultFor: (callMs: number) => Fault,
  isEnough: (calls: readonly Struck[]) => boolean,
): Promise<readonly Struck[]> {
  const client = await clientRun('cold')
  const call = () => client.call({}, 'x', 'under the fault')
  await call()
  const healthyMs = nowMs()
  await call()
  const armingMs = nowMs()
  const armed = await world.arm(client.seat, faultFor(armingMs - healthyMs).plan)
  const armedMs = nowMs()
  const calls: Struck[] = []
  try {
    do {
      const fromMs = nowMs() - armedMs
      const { symptom } = await call()
      calls.push({ fromMs, untilMs: nowMs() - armingMs, isStruck: symptom.status !== 200 })
    } while (!isEnough(calls))
  } finally {
    await armed.heal()
    await client.close()
  }
  return calls
}

const six = [1, 2, 3, 4, 5, 6]
const everyOther = { every: 2, times: 5 }

test.each(
  [
    { fault: server.tooManyRequests(), strikes: six },
    { fault: server.tooManyRequests({ when: { times: 2 } }), strikes: [1, 2] },
    { fault: server.tooManyRequests({ when: { every: 2 } }), strikes: [2, 4, 6] },
    { fault: server.tooManyRequests({ when: { every: 3 } }), strikes: [3, 6] },
    { fault: server.tooManyRequests({ when: everyOther }), strikes: [2, 4] },
    { fault: server.tooManyRequests({ when: { chance: 1, seed: 1 } }), strikes: six },
    { fault: server.tooManyRequests({ when: { chance: 0.5, seed: 1 } }), strikes: [2, 6] },
    { fault: server.tooManyRequests({ when: { chance: 0.5, seed: 2 } }), strikes: [2, 3] },
    // In another process, and on a wire.
    { fault: backend.throws({ when: everyOther }), strikes: [2, 4] },
    { fault: network.resetOnConnect({ when: everyOther }), strikes: [2, 4] },
  ].map((row) => ({ ...row, summary: row.fault.summary })),
)('$summary: of six calls it strikes $strikes', async ({ fault, strikes }) => {
  const calls = await struck(
    () => fault,
    ({ length }) => length === six.length,
  )
  expect(six.filter((number) => calls[number - 1]!.isStruck)).toEqual(strikes)
})

/** Times a window, in which several calls have room, on a slow machine too. */
test.each<[StateWhen, from: number, until: number]>([
  [{ afterMs: 1 }, 1, Number.POSITIVE_INFINITY],
  [{ forMs: 1 }, 0, 1],
  [{ afterMs: 1, forMs: 1 }, 1, 2],
])('in windows, %j strikes the calls from %d to %d, and no other', async (times, from, until) => {
  let windowMs = 0
  const faultFor = (callMs: number) => {
    windowMs = Math.ceil(Math.max(250, 10 * callMs))
    const whole = Object.entries(times).map(([name, windows]) => [name, windows * windowMs])
    return server.tooManyRequests({ when: Object.fromEntries(whole) })
  }
  const last = Number.isFinite(until) ? until : from
  const calls = await struck(faultFor, (all) => all.at(-1)!.fromMs >= last * windowMs)
  const isInside = (call: Struck) => call.fromMs >= from * windowMs && call.untilMs < until * windowMs
  const isOutside = (call: Struck) => call.untilMs < from * windowMs || call.fromMs >= until * windowMs
  const [inside, outside] = [calls.filter(isInside), calls.filter(isOutside)]
  expect(inside.length).toBeGreaterThan(0)
  expect(outside.length).toBeGreaterThan(0)
  expect(inside.filter((call) => !call.isStruck)).toEqual([])
  expect(outside.filter((call) => call.isStruck)).toEqual([])
})

test('the socket by which a sandbox is told what to break is for its owner alone, whatever the umask', async () => {
  const umask = process.umask(0)
  const seat = await world.seat('test', () => {})
  await seat.open()
  const control = await Control.open(world, seat, [])
  try {
    expect(statSync(join(world.run.path, socketName(world.address))).mode & 0o777).toBe(0o600)
  } finally {
    process.umask(umask)
    await control.close()
    await seat.close()
  }
})

/** The gravest first. */
const codes: readonly (readonly [Outcome, number])[] = [
  ['bug', 70],
  ['unhealthy', 3],
  ['invalid', 4],
  ['mismatch', 1],
  ['pass', 0],
  ['skipped', 5],
]

test.each(codes)('%s has exit code %i, also beside what is less grave', (outcome, code) => {
  expect(exitCode([outcome])).toBe(code)
  const lesser = codes.slice(codes.findIndex(([each]) => each === outcome)).map(([each]) => each)
  for (const other of lesser) {
    expect(exitCode([outcome, other]), `beside ${other}`).toBe(code)
    expect(exitCode([other, outcome]), `behind ${other}`).toBe(code)
  }
})
