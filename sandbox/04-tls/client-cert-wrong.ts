import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

/**
 * The server asks for a certificate of the client (mTLS), takes what it gets and finds it wrong.
 *
 * Many servers say nothing: they end the connection. In TLS 1.3 the client believes the handshake done by then, so
 * the app sees a request that got no answer, and may think of the network first.
 *
 * - `shows`: what the app shows instead of the right one: a certificate of an `other-authority`, or an `expired` one.
 * - Needs a call with `clientCertificate: true`; its `tlsVersion` decides what is seen.
 * - Seen: TLS 1.3: fetch `UND_ERR_SOCKET` "other side closed", https.request `ECONNRESET` "socket hang up", curl exit
 *   52; TLS 1.2: `ECONNRESET` "Client network socket disconnected before secure TLS connection was established".
 * - Source: RFC 8446 §4.4.2.4 (a server may refuse an empty or unacceptable certificate).
 */
export const clientCertWrong = fault({
  step: 'tls',
  name: 'client-cert-wrong',
  summary: ({ shows }) => `client-cert-wrong: ${shows === 'expired' ? 'expired' : 'of another authority'}`,
  parameters: { shows: oneOf(['other-authority', 'expired'], { default: 'other-authority' }) },
  plan: ({ shows }) => ({ point: 'client', state: { kind: 'client-certificate', shows } }),
})
