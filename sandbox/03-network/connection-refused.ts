import { fault } from '../language/fault.ts'

/**
 * No process listens on the port. The host answers the first packet with a RST.
 *
 * The host is up, the service is not. The app may retry with a growing pause; nothing of the request was sent.
 *
 * - State: the port is closed.
 * - Seen: `TypeError: fetch failed`, cause `ECONNREFUSED`, syscall `connect`, at once; curl exit 7.
 * - Source: RFC 9293 §3.10.7.1 (a SYN to a closed port is reset); connect(2).
 */
export const connectionRefused = fault({
  step: 'network',
  name: 'connection-refused',
  summary: () => 'connection-refused: nobody listens on the port',
  parameters: {},
  plan: () => ({ point: 'front-wire', state: { kind: 'closed' } }),
})
