import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

/** OpenSSL asks for a cipher of TLS 1.2 in every list, also where that version is off. */
const ciphers = { 'TLSv1.2': 'AES128-SHA', 'TLSv1.3': 'TLS_AES_128_CCM_8_SHA256:AES128-SHA' }

/**
 * Client and server have no cipher in common: what one is willing to use, the other is not.
 *
 * One side is years older than the other, or was hardened too far. The settings of one of them must change.
 *
 * - `tlsVersion`: the one version the server speaks. In `TLSv1.2` it insists on an RSA key exchange, for which its
 *   certificate has no key; in `TLSv1.3` on a suite for small devices.
 * - Seen: `TypeError: fetch failed`, cause `ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE`; https.request `EPROTO`; curl
 *   exit 35.
 * - Source: RFC 8446 §4.1.1, RFC 5246 §7.4.1.3 (handshake_failure).
 */
export const noSharedCipher = fault({
  step: 'tls',
  name: 'no-shared-cipher',
  summary: ({ tlsVersion }) => `no-shared-cipher, ${tlsVersion}`,
  parameters: { tlsVersion: oneOf(['TLSv1.2', 'TLSv1.3'], { default: 'TLSv1.2' }) },
  plan: ({ tlsVersion }) => ({
    point: 'tls',
    state: { kind: 'protocol', minVersion: tlsVersion, maxVersion: tlsVersion, ciphers: ciphers[tlsVersion] },
  }),
})
