import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

/**
 * The certificate is for something else: it may prove a client's identity, not a server's.
 *
 * It happens where one certificate is used for mTLS in both directions. It must be issued with `serverAuth`.
 *
 * - `which`: the certificate limited to `clientAuth`: `leaf` or `intermediate`.
 * - Seen: `TypeError: fetch failed`, cause `INVALID_PURPOSE`; curl exit 60.
 * - Source: RFC 5280 §4.2.1.12 (extended key usage).
 */
export const wrongEku = fault({
  step: 'tls',
  name: 'wrong-eku',
  summary: ({ which }) => `wrong-eku: the ${which} is for clients only`,
  parameters: { which: oneOf(['leaf', 'intermediate'], { default: 'leaf' }) },
  plan: ({ which }) => ({
    point: 'tls',
    state: { kind: 'certificate', recipe: { [which]: { extendedKeyUsages: ['clientAuth'] } } },
  }),
})
