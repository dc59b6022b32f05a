import type { Evidence } from '../machines/shared/breakable.ts'
import type { TraceEvent } from '../machines/shared/trace.ts'
import type { Plan } from '../machines/table.ts'
import type { ClientRun, Fired } from './client-run.ts'
import type { ObservedCall } from './diagnosis/observed-call.ts'

/** What a call was seen to do where it came as far as a state, and the words where it did not. */
interface Attempt {
  readonly isOne: (event: TraceEvent) => boolean
  readonly never: string
}

/** Behind these machines only the one before them sees the call come. */
const behindGateway: Attempt = {
  isOne: ({ machine, what }) => machine === 'gateway' && what === 'request',
  never: 'no request of it reached the gateway',
}
const behindApi: Attempt = {
  isOne: ({ machine, what }) => machine === 'api' && what === 'query',
  never: 'no query was made for it',
}

const attemptAt: { readonly [Point in Plan['point']]?: Attempt } = {
  dns: {
    isOne: ({ machine, what }) =>
      (machine === 'client' && what === 'lookup') || (machine === 'dns' && what === 'question'),
    never: 'it asked no name',
  },
  'front-wire': {
    isOne: (event) =>
      (event.machine === 'client' && event.what === 'connect') ||
      (event.machine === 'wire' && event.wire === 'front' && event.what === 'accepted'),
    never: 'it opened no connection',
  },
  'inner-wire': {
    isOne: ({ machine, what }) => machine === 'tls' && what === 'secured',
    never: 'no TLS connection of it was established',
  },
  api: behindGateway,
  database: behindApi,
  'database-wire': behindApi,
}

/** The attempt by which a call meets a state; undefined where it meets one without any. */
function attemptFor({ point, state }: Plan): Attempt | undefined {
  // A record that was changed is met by a client that does not ask again, too: that is the fault.
  return point === 'dns' && state?.kind === 'changed' ? undefined : attemptAt[point]
}

/**
 * How often one client met the fault. Where several called side by side and the machine cannot tell them apart,
 * there must have been enough for all of them, and this one must have come as far as the machine. A state that only
 * our own probe confirms was met where the client made an attempt of its own while it held.
 */
export function firedFor(
  { broken = [], seat }: Pick<ClientRun, 'broken' | 'seat'>,
  plan: Plan,
  { counted, fired, held, isProbed, ofDoor, text }: Evidence,
  clients: number,
): Fired {
  const words = {
    of: clients === 1 ? 'client' : 'all clients',
    text,
    ...(counted === undefined ? {} : { counted }),
  } as const
  const attempt = attemptFor(plan)
  if (isProbed && fired > 0) {
    if (attempt === undefined || broken.some((call) => hasMet(call, attempt, held)))
      return { count: fired, ...words }
    return { count: 0, ...words, text: `${text}, but ${attempt.never} while the state held` }
  }
  if (clients === 1) return { count: fired, ...words }
  if (ofDoor !== undefined) return { count: ofDoor(seat.id), ...words }
  const hasCome = broken.some(({ events }) => events.some((event) => attempt?.isOne(event)))
  return { count: hasCome ? Math.floor(fired / clients) : 0, ...words }
}

/** A call that made an attempt while a state held; of a client that tells no stages, one that failed meanwhile. */
function hasMet(
  { events, startedMs, symptom }: ObservedCall,
  { isOne }: Attempt,
  { fromMs, untilMs }: NonNullable<Evidence['held']> = always,
): boolean {
  if (events.some((event) => isOne(event) && fromMs <= event.atMs && event.atMs <= untilMs)) return true
  if (symptom.kind !== 'error' || events.some(isStage)) return false
  return fromMs <= startedMs + symptom.tookMs && startedMs <= untilMs
}

const always = { fromMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY }

/** Every client says what it asks for, and that it failed; what lies between, only some say. */
function isStage({ machine, what }: TraceEvent): boolean {
  return machine === 'client' && what !== 'request' && what !== 'failed'
}
