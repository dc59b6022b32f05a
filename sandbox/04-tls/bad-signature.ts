import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

/**
 * The signature on a certificate does not fit: one bit of it is wrong, by damage or by forgery.
 *
 * The app must not go on. A damaged file is mended by installing the certificate again.
 *
 * - `which`: the certificate with the wrong signature: `leaf` or `intermediate`.
 * - Seen: `TypeError: fetch failed`, cause `CERT_SIGNATURE_FAILURE`; curl exit 35.
 * - Source: RFC 5280 §6.1.3 (a) (1).
 */
export const badSignature = fault({
  step: 'tls',
  name: 'bad-signature',
  summary: ({ which }) => `bad-signature on the ${which}`,
  parameters: { which: oneOf(['leaf', 'intermediate'], { default: 'leaf' }) },
  plan: ({ which }) => ({
    point: 'tls',
    state: { kind: 'certificate', recipe: { [which]: { badSignature: true } } },
  }),
})
