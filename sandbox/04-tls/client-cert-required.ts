import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

/**
 * The server asks for a certificate of the client (mTLS), and the app has none.
 *
 * The app must be given certificate and key: `cert` and `key` of an agent. In TLS 1.3 the server refuses only after
 * the client believes the handshake done, so the error comes with the first read, in other words per client.
 *
 * - `tlsVersion`: the one version the server speaks.
 * - Seen: TLS 1.3: fetch `UND_ERR_SOCKET` "other side closed", https.request `ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED`,
 *   curl exit 56; TLS 1.2: an alert `handshake failure` in the handshake, curl exit 35.
 * - Source: RFC 8446 §4.4.2.4 (certificate_required); RFC 5246 §7.4.6 (handshake_failure).
 */
export const clientCertRequired = fault({
  step: 'tls',
  name: 'client-cert-required',
  summary: ({ tlsVersion }) => `client-cert-required, ${tlsVersion}`,
  parameters: { tlsVersion: oneOf(['TLSv1.2', 'TLSv1.3'], { default: 'TLSv1.3' }) },
  plan: ({ tlsVersion }) => ({ point: 'tls', state: { kind: 'client-certificate', tlsVersion } }),
})
