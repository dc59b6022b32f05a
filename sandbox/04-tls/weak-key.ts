import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

/**
 * A certificate carries an RSA key of 1024 bits, which is below what clients accept.
 *
 * The app cannot repair it. Which keys are too weak depends on the client's OpenSSL: Node 20 takes this one.
 *
 * - `which`: the certificate with that key: `leaf` or `intermediate`.
 * - Seen: `TypeError: fetch failed`, cause `UNSPECIFIED`, so only its message tells: "EE certificate key too
 *   weak", or "CA certificate key too weak"; curl exit 60.
 * - Source: SSL_CTX_set_security_level(3): level 2 asks for 112 bits, RSA 2048.
 */
export const weakKey = fault({
  step: 'tls',
  name: 'weak-key',
  summary: ({ which }) => `weak-key: RSA-1024 in the ${which}`,
  parameters: { which: oneOf(['leaf', 'intermediate'], { default: 'leaf' }) },
  plan: ({ which }) => ({
    point: 'tls',
    state: { kind: 'certificate', recipe: { [which]: { key: 'rsa1024' } } },
  }),
})
