import type { Connection } from '../machines/client/resolved-call.ts'
import type { TraceEvent } from '../machines/shared/trace.ts'
import { Stop } from './stop.ts'

/**
 * That a call met the steps it was meant to meet: it would prove nothing otherwise.
 * @param isOpening it is the first of its client, which has nothing yet to go on from.
 * @throws Stop where the client or the TLS edge says that it did not.
 */
export function expectConnection(
  place: string,
  connection: Connection,
  isOpening: boolean,
  events: readonly TraceEvent[],
): void {
  if (connection === 'warm') return
  const seen = new Set(events.map((event) => (event.machine === 'client' ? event.what : undefined)))
  // Over an open connection it meets no DNS, no network and no TLS.
  if (seen.has('sent') && !seen.has('connect'))
    throw new Stop('invalid', `${place}: a ${connection} call reused a connection`)
  const hasLookedAgain = events.some(
    (event) => event.machine === 'tls' && event.what === 'secured' && !event.resumed,
  )
  if (connection === 'resumed' && !isOpening && hasLookedAgain)
    throw new Stop('invalid', `${place}: expected a resumed TLS session, saw a full handshake`)
}
