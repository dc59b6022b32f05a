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
 * @throws Stop where the client, the front wire or the TLS edge says that it did not.
 */
export function expectConnection(
  place: string,
  { connection, isOpening, phase }: Way,
  events: readonly TraceEvent[],
): void {
  if (connection === 'warm') {
    // The fault may be what ends the open connection, so only before it a new one is no warm call.
    const isNew = events.some((event) => event.machine === 'client' && event.what === 'connect')
    if (isNew && !isOpening && phase === 'before the fault')
      throw new Stop('invalid', `${place}: a warm call opened a new connection`)
    return
  }
  // Over an open connection it meets no DNS, no network and no TLS. Other hosts than the API's are no matter of ours.
  if (hasReused(events)) throw new Stop('invalid', `${place}: a ${connection} call reused a connection`)
  const hasLookedAgain = events.some(
    (event) => event.machine === 'tls' && event.what === 'secured' && !event.resumed,
  )
  if (connection === 'resumed' && !isOpening && hasLookedAgain)
    throw new Stop('invalid', `${place}: expected a resumed TLS session, saw a full handshake`)
}

/** Its request came, and no connection was made for it. */
function hasReused(events: readonly TraceEvent[]): boolean {
  // Over http:// there is another wire.
  const isMade = events.some(
    (event) =>
      event.machine === 'wire' &&
      (event.wire === 'front' || event.wire === 'plain') &&
      event.what === 'accepted',
  )
  return !isMade && events.some((event) => event.machine === 'gateway' && event.what === 'request')
}
