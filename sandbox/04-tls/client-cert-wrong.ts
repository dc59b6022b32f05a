import { fault } from '../fault.ts'
import { oneOf } from '../parameters.ts'

/**
 * The server asks for a certificate of the client (mTLS), takes what it gets and finds it wrong: of another
 * authority, or expired.
 *
 * Many servers say nothing: they end the connection. In TLS 1.3 the client believes the handshake done by then, so
 * the app sees a request that got no answer, and may think of the network first.
 *
 * - `tlsVersion`: the one version the server speaks.
 * - The server refuses whatever it is offered, so a client that offers none sees the same.
 * - Seen: TLS 1.3: fetch `UND_ERR_SOCKET` "other side closed", https.request `ECONNRESET` "socket hang up", curl exit
 *   52; TLS 1.2: `ECONNRESET` "Client network socket disconnected before secure TLS connection was established".
 * - Source: RFC 8446 §4.4.2.4 (a server may refuse an empty or unacceptable certificate).
 */
export const clientCertWrong = fault({
  step: 'tls',
  name: 'client-cert-wrong',
  summary: ({ tlsVersion }) => `client-cert-wrong, ${tlsVersion}`,
  parameters: { tlsVersion: oneOf(['TLSv1.2', 'TLSv1.3'], { default: 'TLSv1.3' }) },
  plan: ({ tlsVersion }) => ({
    point: 'tls',
    state: { kind: 'client-certificate', tlsVersion, refuses: 'all' },
  }),
})
