import { fault } from '../language/fault.ts'

/**
 * The server signs the handshake with another key than the one in its certificate.
 *
 * It happens when a certificate was renewed and the key file was not. Most servers refuse to start like that, so
 * what goes over the wire is exchanged here; that takes TLS 1.2, which leaves certificates readable.
 *
 * - Seen: `TypeError: fetch failed`, cause `ERR_SSL_PROVIDER_SIGNATURE_FAILURE`; https.request `EPROTO`; curl exit
 *   35, "bad signature".
 * - Source: RFC 5246 §7.4.3 (the ServerKeyExchange is signed with the certificate's key).
 */
export const keyMismatch = fault({
  step: 'tls',
  name: 'key-mismatch',
  summary: () => 'key-mismatch: a certificate for another key',
  parameters: {},
  plan: () => ({ point: 'tls', state: { kind: 'certificate', recipe: { leaf: { keyMismatch: true } } } }),
})
