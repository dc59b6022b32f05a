import { expect, test } from 'vitest'
import type { Symptom } from '../../sandbox/clients/common/symptom.ts'
import type { Step } from '../../sandbox/language/steps.ts'
import type { Observation, TlsObservation, WireObservation } from '../../sandbox/machines/shared/trace.ts'
import { diagnose, type ObservedCall } from '../../sandbox/run/diagnosis/diagnosis.ts'

// A client that tries again by itself gets its answer: what was done to its first connection is a break all the same,
// and what was done to the one that carried the request belongs to another step.

const ok: Symptom = { kind: 'response', status: 200, errors: [], tookMs: 20 }

function call(...observations: readonly Observation[]): ObservedCall {
  const events = observations.map((observation, index) => ({ ...observation, atMs: index, door: 'd-1' }))
  return { startedMs: 0, symptom: ok, limitsMs: [10_000], events }
}

const wire = (connection: number, what: WireObservation['what'], rest: Partial<WireObservation> = {}) =>
  ({ machine: 'wire', wire: 'front', connection, what, ...rest }) as const

/** So many bytes from one side, which come out as they went in unless it is said otherwise. */
const bytes = (connection: number, from: 'client' | 'server', digest = 'same', out = digest) => [
  wire(connection, 'in', { side: from, bytes: 100, digest }),
  wire(connection, 'out', { side: from === 'client' ? 'server' : 'client', bytes: 100, digest: out }),
]
const accepted = (connection: number) => wire(connection, 'accepted', { address: '127.0.0.1' })
const gateway = (what: 'received' | 'response', request = 'd-1.1'): Observation => ({
  machine: 'gateway',
  what,
  request,
})

/** A connection that is made, and on which the request comes through. */
const carrying = (connection: number, request?: string) => [
  accepted(connection),
  ...bytes(connection, 'client'),
  gateway('received', request),
]
const answered = (connection: number, request?: string) => [
  gateway('response', request),
  ...bytes(connection, 'server'),
]
const reset = (connection: number) => [
  wire(connection, 'reset-out', { side: 'client' }),
  wire(connection, 'reset-out', { side: 'server' }),
]
const good = [...carrying(1), ...answered(1)]

test.each<[string, Step | undefined, readonly Observation[]]>([
  ['nothing', undefined, good],
  [
    'a RST before the request, which goes over the next',
    'network',
    [accepted(1), ...reset(1), ...carrying(2), ...answered(2)],
  ],
  [
    'a FIN before the request, which goes over the next',
    'network',
    [accepted(1), wire(1, 'end-out', { side: 'client' }), ...carrying(2), ...answered(2)],
  ],
  [
    'changed bytes, upon which the client goes to the next',
    'network',
    [
      ...[accepted(1), ...bytes(1, 'client', 'sent', 'other'), wire(1, 'end-in', { side: 'client' })],
      ...[...carrying(2), ...answered(2)],
    ],
  ],
  [
    'a connection that the client itself gave up unused',
    undefined,
    [accepted(1), wire(1, 'reset-in', { side: 'client' }), ...carrying(2), ...answered(2)],
  ],
  [
    'a spare connection that the client closes when the request was through on another',
    undefined,
    [accepted(2), ...carrying(1), ...answered(1), wire(2, 'end-in', { side: 'client' })],
  ],
  [
    'a RST in the reply, which comes over the next',
    'reply',
    [...carrying(1), gateway('response'), ...reset(1), ...carrying(2, 'd-1.2'), ...answered(2, 'd-1.2')],
  ],
])('%s: %s', (_what, step, observations) => {
  expect(diagnose(call(...good), call(...observations)).broke).toBe(step)
})

const tls = (connection: number, what: TlsObservation['what'], rest: Partial<TlsObservation> = {}) =>
  ({ machine: 'tls', connection, what, ...rest }) as const
const handshake = (connection: number) => [
  accepted(connection),
  tls(connection, 'hello', { serverName: 'api.example.test' }),
  tls(connection, 'secured'),
]
const request = [gateway('received'), gateway('response')]

test.each<[string, Step | undefined, Partial<TlsObservation>]>([
  ['the server gave it up', 'tls', { refused: true }],
  ['the client gave it up itself', undefined, { code: 'ECONNRESET' }],
])('a handshake of which another one is made, since %s: %s', (_what, step, how) => {
  const [made, hello] = handshake(1)
  const first = [made!, hello!, tls(1, 'failed', how)]
  const { because, broke } = diagnose(
    call(...handshake(1), ...request),
    call(...first, ...handshake(2), ...request),
  )
  expect(broke).toBe(step)
  if (step !== undefined) expect(because).toBe('the server gave up a TLS handshake; healthy: none')
})
