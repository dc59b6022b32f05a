import type { Connection } from '../machines/client/resolved-call.ts'
import type { TraceEvent } from '../machines/shared/trace.ts'
import { Stop } from './stop.ts'

/**
 * That a call met the steps it was meant to meet: it would prove nothing otherwise.
 * @param isOpening it is the first of its client, which has nothing yet to go on from.
 * @throws Stop where the front wire or the TLS edge says that it did not.
 */
export function expectConnection(
  place: string,
  connection: Connection,
  isOpening: boolean,
  events: readonly TraceEvent[],
): void {
  if (connection === 'warm') return
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
