import { fault } from '../language/fault.ts'

/**
 * The certificate is signed with its own key: no authority vouches for it.
 *
 * The app must be given that one certificate to trust, or the server a certificate of an authority.
 *
 * - Seen: `TypeError: fetch failed`, cause `DEPTH_ZERO_SELF_SIGNED_CERT`; curl exit 60.
 * - Source: RFC 5280 §6.1 (a path ends at a trust anchor); OpenSSL X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT.
 */
export const selfSigned = fault({
  step: 'tls',
  name: 'self-signed',
  summary: () => 'self-signed leaf',
  parameters: {},
  plan: () => ({ point: 'tls', state: { kind: 'certificate', recipe: { leaf: { selfSigned: true } } } }),
})
