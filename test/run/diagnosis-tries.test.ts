import { expect, test } from 'vitest'
import type { Step } from '../../sandbox/language/steps.ts'
import type { Observation, TlsObservation, WireObservation } from '../../sandbox/machines/shared/trace.ts'
import { diagnose } from '../../sandbox/run/diagnosis/diagnosis.ts'
import { api, call, failed, gateway, observed, ok, type Seen, wire, without } from './diagnosis-bench.ts'

// A client that tries again by itself gets its answer, one that follows a redirect asks elsewhere, a browser asks
// beforehand: several connections and requests make one call. The first that differs tells what broke, what was done
// to a connection belongs to the step at which it was met, and what nobody needed tells nothing.

/** So many bytes from one side, which come out as they went in unless it is said otherwise. */
const bytes = (
  connection: number,
  from: 'client' | 'server',
  sum = 1,
  out = sum,
  which: WireObservation['wire'] = 'front',
) => [
  wire(which, connection, 'in', { side: from, bytes: 100, crc32: sum }),
  wire(which, connection, 'out', { side: from === 'client' ? 'server' : 'client', bytes: 100, crc32: out }),
]
const accepted = (connection: number) => wire('front', connection, 'accepted', { address: '127.0.0.1' })
const tls = (
  connection: number,
  what: TlsObservation['what'],
  rest: Partial<TlsObservation> = {},
): Observation => ({
  ...{ machine: 'tls', what, connection },
  ...rest,
})
const hello = (connection: number) => tls(connection, 'hello', { serverName: 'a.test' })

/** A connection that is made, and on which the request comes through. */
const carrying = (connection: number, request = 'd-1.1') => [
  ...[accepted(connection), hello(connection), tls(connection, 'secured')],
  ...bytes(connection, 'client'),
  ...bytes(connection, 'client', 1, 1, 'inner'),
  gateway('request', { request, method: 'GET', path: '/users' }),
  gateway('received', { request }),
]
const answered = (connection: number, request = 'd-1.1') => [
  gateway('response', { request }),
  ...bytes(connection, 'server'),
]
const reset = (connection: number, which: WireObservation['wire'] = 'front') => [
  wire(which, connection, 'reset-out', { side: 'client' }),
  wire(which, connection, 'reset-out', { side: 'server' }),
]
const good = [...carrying(1), ...answered(1)]
const again = [...carrying(2, 'd-1.2'), ...answered(2, 'd-1.2')]

test.each<[string, Step | undefined, readonly Observation[]]>([
  ['nothing', undefined, good],
  ['a RST before the request, which goes over the next', 'network', [accepted(1), ...reset(1), ...again]],
  [
    'a FIN before the request, which goes over the next',
    'network',
    [accepted(1), wire('front', 1, 'end-out', { side: 'client' }), ...again],
  ],
  [
    'changed bytes, upon which the client goes to the next',
    'network',
    [accepted(1), ...bytes(1, 'client', 1, 2), wire('front', 1, 'end-in', { side: 'client' }), ...again],
  ],
  [
    'a connection that the client itself gave up unused',
    undefined,
    [accepted(1), wire('front', 1, 'reset-in', { side: 'client' }), ...again],
  ],
  [
    'a spare connection that the client closes when the request was through on another',
    undefined,
    [accepted(2), ...good, wire('front', 2, 'end-in', { side: 'client' })],
  ],
  [
    'a RST in the reply, which comes over the next',
    'reply',
    [...carrying(1), gateway('response'), ...reset(1), ...again],
  ],
  [
    'a handshake that the server ends, upon which the client makes another',
    'tls',
    [accepted(1), hello(1), tls(1, 'failed'), ...again],
  ],
  [
    'a handshake that one side ends by an alert, upon which the client makes another',
    'tls',
    [accepted(1), hello(1), tls(1, 'failed', { code: 'ERR_SSL_ALERT' }), ...again],
  ],
  [
    'a handshake that the client leaves without a word: it needed no second connection',
    undefined,
    [accepted(2), hello(2), tls(2, 'failed', { isLeft: true }), ...good],
  ],
  [
    'a request that the gateway has and never answers, upon which the client asks again',
    'server',
    [
      ...carrying(1),
      gateway('own-answer', { status: 503 }),
      ...answered(1),
      ...carrying(2, 'd-1.2'),
      ...answered(2, 'd-1.2'),
    ],
  ],
  ['a second request that the gateway gets, and answers alike', undefined, [...good, ...again]],
])('%s: %s', (_what, step, observations) => {
  expect(diagnose([observed(good)], observed(observations)).broke).toBe(step)
})

/** Behind TLS, where the first bytes of the request lie. */
const begun = [accepted(1), hello(1), tls(1, 'secured'), ...bytes(1, 'client')]
const inner = (...rest: readonly Observation[]) => [...begun, wire('inner', 1, 'accepted'), ...rest]

test.each<[string, Step | undefined, readonly Seen[]]>([
  [
    'a RST before all of the request was through',
    'network',
    inner(...bytes(1, 'client', 1, 1, 'inner'), ...reset(1, 'inner')),
  ],
  [
    'a RST that the gateway itself sent',
    'server',
    inner(
      ...bytes(1, 'client', 1, 1, 'inner'),
      wire('inner', 1, 'reset-in', { side: 'server' }),
      wire('inner', 1, 'reset-out', { side: 'client' }),
    ),
  ],
  [
    'bytes that are not handed on',
    'network',
    inner(wire('inner', 1, 'in', { side: 'client', bytes: 100, crc32: 1 })),
  ],
  [
    'bytes that a gateway does not take which has ended',
    'server',
    inner(
      wire('inner', 1, 'in', { side: 'client', bytes: 100, crc32: 1 }),
      wire('inner', 1, 'end-in', { side: 'server' }),
      wire('inner', 1, 'end-out', { side: 'client' }),
    ),
  ],
  [
    'bytes that are changed, which the gateway refuses',
    'network',
    inner(
      gateway('own-answer', { status: 400, code: 'HPE_INVALID_METHOD' }),
      ...bytes(1, 'client', 1, 5, 'inner'),
    ),
  ],
  [
    'bytes that wait',
    'network',
    [
      ...inner(wire('inner', 1, 'out', { side: 'server', bytes: 100, heldMs: 400 })),
      ...good.slice(begun.length),
    ],
  ],
  [
    'bytes that wait for a gateway that does not read',
    undefined,
    [
      ...inner(wire('inner', 1, 'out', { side: 'server', bytes: 100, heldMs: 400, unreadMs: 390 })),
      ...good.slice(begun.length),
    ],
  ],
  ['a RST in the reply', 'reply', [...carrying(1), ...reset(1, 'inner')]],
])('behind TLS, %s: %s', (_what, step, observations) => {
  expect(diagnose([observed(good)], observed(observations)).broke).toBe(step)
})

const next = { request: 'd-1.2' }
const redirected = gateway('left', { status: 302, headers: 'h' })
/** What a client does that follows a redirect to a host that there is not. */
const elsewhere: readonly Observation[] = [
  { machine: 'client', what: 'request', detail: 'GET https://b.test/' },
  { machine: 'dns', what: 'question', name: 'b.test', type: 'A', transport: 'udp' },
  { machine: 'dns', what: 'answer', name: 'b.test', type: 'A', transport: 'udp', rcode: 'NXDOMAIN' },
]

test.each<[string, Step | undefined, Parameters<typeof call>[0]]>([
  ['which the gateway writes in place of the decision', 'response', { left: [redirected, ...elsewhere] }],
  [
    'which the gateway answers and asks nobody',
    'server',
    {
      ...without('handedOn', 'answered'),
      left: [gateway('own-answer', { status: 302 }), redirected, ...elsewhere],
    },
  ],
  [
    'which the route decides on',
    'backend',
    { decided: api('decided', { status: 302, digest: 'bytes 1' }), left: [redirected, ...elsewhere] },
  ],
  [
    'and asks the same gateway again',
    'response',
    {
      left: [
        redirected,
        gateway('request', { ...next, method: 'GET', path: '/orders' }),
        gateway('own-answer', { ...next, status: 404 }),
      ],
    },
  ],
])('a client follows a redirect %s: %s', (_what, step, changes) => {
  expect(diagnose([call()], call({ ...changes, body: undefined, used: undefined }, failed)).broke).toBe(step)
})

test('what a client connects to behind a redirect tells nothing of its way', () => {
  const to = (status: number, ...rest: readonly Observation[]) =>
    observed([...carrying(1), gateway('left', { status, headers: 'h' }), ...rest, ...answered(1)])
  const other = wire('front', 2, 'accepted', { address: '127.0.0.9' })
  expect(diagnose([to(200)], to(302, other)).broke).toBeUndefined()
  expect(diagnose([to(200)], to(200, other)).broke).toBe('network')
})

test('a call that is redirected when all is well went all of that way', () => {
  const usual = call({ left: [redirected, ...elsewhere.slice(0, 2)] })
  const broken = call({ left: [redirected, ...elsewhere], body: undefined, used: undefined }, failed)
  expect(diagnose([usual], broken).broke).toBe('dns')
})

/** A browser asks whether it may, and then orders. */
const preflight: Parameters<typeof call>[0] = {
  asked: [
    gateway('request', { request: 'd-1.0', method: 'OPTIONS', path: '/orders' }),
    gateway('left', { request: 'd-1.0', status: 204, headers: 'may' }),
    gateway('request', { method: 'POST', path: '/orders' }),
  ],
}

test.each<[string, Step | undefined, string, Parameters<typeof call>[0]]>([
  ['both are answered', undefined, 'nothing differs from the healthy call', preflight],
  [
    'the second is decided otherwise',
    'backend',
    'of request 2 of the call: the route decided on 500; healthy: 201',
    { ...preflight, decided: api('decided', { status: 500 }) },
  ],
  [
    'the answer to the first is lost on its way, and so there is no second',
    'reply',
    'on the way back, behind TLS, not everything was handed on; healthy: none',
    {
      ...without('received'),
      asked: [
        gateway('request', { request: 'd-1.0', method: 'OPTIONS', path: '/orders' }),
        gateway('left', { request: 'd-1.0', status: 204, headers: 'may' }),
        wire('inner', 1, 'in', { side: 'server', bytes: 100, crc32: 2 }),
      ],
    },
  ],
  [
    'the first is refused, and so there is no second',
    'server',
    'the gateway, which had asked nobody, answered 403; healthy: none',
    {
      ...without('received'),
      asked: [
        gateway('request', { request: 'd-1.0', method: 'OPTIONS', path: '/orders' }),
        gateway('own-answer', { request: 'd-1.0', status: 403 }),
      ],
    },
  ],
])('of two requests %s: %s', (_what, step, because, changes) => {
  const symptom = step === undefined ? ok : failed
  expect(diagnose([call(preflight)], call(changes, symptom))).toMatchObject({ broke: step, because })
})

test('what the API still does for an earlier call is no part of this one', () => {
  const late = [
    api('query', { request: 'd-1.0', statement: '/* */ DELETE' }),
    api('decided', { request: 'd-1.0', status: 500 }),
    gateway('aborted', { request: 'd-1.0' }),
  ]
  expect(diagnose([call()], call({ received: [...late, gateway('received')] })).broke).toBeUndefined()
})
