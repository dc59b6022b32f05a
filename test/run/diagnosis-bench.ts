import type { Symptom } from '../../sandbox/clients/common/symptom.ts'
import type {
  ApiObservation,
  GatewayObservation,
  Observation,
  WireObservation,
} from '../../sandbox/machines/shared/trace.ts'
import type { ObservedCall } from '../../sandbox/run/diagnosis/observed-call.ts'

// A call as the machines observe it, by names, so that a test can leave out, change and add.

export const ok: Symptom = { kind: 'response', status: 200, errors: [], tookMs: 20 }
export const failed: Symptom = { kind: 'error', errors: [{ name: 'Error', message: 'x' }], tookMs: 20 }
export const limitMs = 10_000

export const gateway = (
  what: GatewayObservation['what'],
  rest: Partial<GatewayObservation> = {},
): Observation => ({ ...{ machine: 'gateway', what, request: 'd-1.1' }, ...rest })

export const api = (what: ApiObservation['what'], rest: Partial<ApiObservation> = {}): Observation => ({
  ...{ machine: 'api', what, request: 'd-1.1' },
  ...rest,
})

export const wire = (
  which: WireObservation['wire'],
  connection: number,
  what: WireObservation['what'],
  rest: Partial<WireObservation> = {},
): Observation => ({ ...{ machine: 'wire', wire: which, connection, what }, ...rest })

/** Seen so much later than what stands before it. Else it is a millisecond. */
export type Seen = Observation & { readonly afterMs?: number }

export const after = (afterMs: number, observation: Observation): Seen => ({ ...observation, afterMs })

/** An order: where most differs by nature. */
export const anOrder = {
  made: { machine: 'client', what: 'request', detail: 'POST https://a.test/orders' },
  asked: gateway('request', { method: 'POST', path: '/orders' }),
  received: gateway('received'),
  handedOn: gateway('handed-on'),
  apiAsked: api('request', { method: 'POST', path: '/orders' }),
  routed: api('routed', { path: '/orders' }),
  lock: api('query', { statement: '/* req=d-1.1 */ SELECT stock', parameters: 'p1' }),
  locked: api('result', { rows: 1, digest: 'ten left' }),
  insert: api('query', { statement: '/* req=d-1.1 */ INSERT', parameters: 'p2' }),
  inserted: api('result', { rows: 1, digest: 'new row' }),
  decided: api('decided', { status: 201, digest: 'bytes 1', value: 'an order', headers: 'none' }),
  written: api('response', { status: 201 }),
  answered: gateway('upstream-response', { status: 201, headers: 'h' }),
  left: gateway('left', { status: 201, headers: 'h', digest: 'bytes 1' }),
  done: gateway('response', { status: 201 }),
  head: { machine: 'client', what: 'head', detail: '201' },
  body: { machine: 'client', what: 'body' },
  used: { machine: 'client', what: 'used' },
} satisfies Readonly<Record<string, Observation>>

export type Changes = Readonly<Record<string, Seen | readonly Seen[] | undefined>>

/** These observations, one after the other. What the client saw took as long as it says, or as they did. */
export function observed(observations: readonly Seen[], symptom: Symptom = ok): ObservedCall {
  let atMs = 0
  const events = observations.map(({ afterMs = 1, ...event }) => {
    atMs += afterMs
    return { ...event, atMs, door: 'd-1' }
  })
  return { startedMs: 0, symptom, limitsMs: [limitMs], events }
}

export function call(changes: Changes = {}, symptom = ok): ObservedCall {
  return observed(
    Object.values<Changes[string]>({ ...anOrder, ...changes }).flatMap((each) => each ?? []),
    symptom,
  )
}

/** Nothing from here on, until there. */
export function without(first: string, last?: string): Changes {
  const names = Object.keys(anOrder)
  const end = last === undefined ? names.length : names.indexOf(last) + 1
  return Object.fromEntries(names.slice(names.indexOf(first), end).map((name) => [name, undefined]))
}

/** The gateway asked in vain, and answers itself. */
export const inVain = (code: string, status = 502): readonly Seen[] => [
  gateway('upstream-failed', { code }),
  gateway('own-answer', { status, code: 'made by the gateway' }),
]
