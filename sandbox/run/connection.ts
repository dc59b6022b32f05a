import type { Connection } from '../machines/client/resolved-call.ts'
import type { TraceEvent } from '../machines/shared/trace.ts'
import { Stop } from './stop.ts'

/** Where a call stands in a run. */
export type Phase = 'before the fault' | 'under the fault' | 'after healing'

/** A call, as far as that decides over what it has to go. */
export interface Way {
  readonly connection: Connection
  readonly phase: Phase
  /** It is the first of its client, which has nothing yet to go on from. */
  readonly isOpening: boolean
}

/**
 * That a call met the steps it was meant to meet: it would prove nothing otherwise.
 * @throws Stop where the client or the TLS edge says that it did not.
 */
export function expectConnection(
  place: string,
  { connection, isOpening, phase }: Way,
  events: readonly TraceEvent[],
): void {
  const seen = new Set(events.map((event) => (event.machine === 'client' ? event.what : undefined)))
  const isNew = seen.has('connect')
  if (connection === 'warm') {
    // The fault may be what ends the open connection, so only before it a new one is no warm call.
    if (isNew && !isOpening && phase === 'before the fault')
      throw new Stop('invalid', `${place}: a warm call opened a new connection`)
    return
  }
  // Over an open connection it meets no DNS, no network and no TLS.
  if (seen.has('sent') && !isNew)
    throw new Stop('invalid', `${place}: a ${connection} call reused a connection`)
  const hasLookedAgain = events.some(
    (event) => event.machine === 'tls' && event.what === 'secured' && !event.resumed,
  )
  if (connection === 'resumed' && !isOpening && hasLookedAgain)
    throw new Stop('invalid', `${place}: expected a resumed TLS session, saw a full handshake`)
}
