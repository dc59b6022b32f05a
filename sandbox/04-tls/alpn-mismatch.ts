import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

/**
 * The server speaks another application protocol than any the client names in its ClientHello.
 *
 * Only clients that name one notice. The app's settings say HTTP/1.1 where the server was set up for HTTP/3 only,
 * or the like.
 *
 * - `protocol`: the one protocol the server agrees to.
 * - Seen: `TypeError: fetch failed`, cause `ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL`; curl exit 35;
 *   https.request names no protocol and gets 200.
 * - Source: RFC 7301 §3.2.
 */
export const alpnMismatch = fault({
  step: 'tls',
  name: 'alpn-mismatch',
  summary: ({ protocol }) => `alpn-mismatch: only ${protocol} is spoken`,
  parameters: { protocol: oneOf(['h3', 'smtp', 'imap'], { default: 'h3' }) },
  plan: ({ protocol }) => ({ point: 'tls', state: { kind: 'protocol', alpn: [protocol] } }),
})
