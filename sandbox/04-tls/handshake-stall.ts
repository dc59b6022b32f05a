import { fault } from '../language/fault.ts'

/**
 * The connection is made and the ClientHello arrives, but the server does not answer it.
 *
 * A server out of threads, or a load balancer with nothing behind it. TCP has long said yes, so only a limit that
 * covers the handshake ends the wait.
 *
 * - Seen: `TypeError: fetch failed`, cause `UND_ERR_CONNECT_TIMEOUT`, as if the packets were lost (`syn-drop`);
 *   https.request waits for ever; curl exit 28.
 * - Source: RFC 8446 §2 (the flights of a handshake).
 */
export const handshakeStall = fault({
  step: 'tls',
  name: 'handshake-stall',
  summary: () => 'handshake-stall: no answer to the ClientHello',
  parameters: {},
  plan: () => ({ point: 'tls', rules: [{ match: {}, verdict: { kind: 'stall' } }] }),
})
