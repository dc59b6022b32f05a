import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

/**
 * A certificate was signed over a SHA-1 hash, which can be forged.
 *
 * Old appliances and internal authorities still do it. The app cannot repair it; lowering its security level
 * (`SECLEVEL=0`) lets forgeries in.
 *
 * - `which`: the certificate so signed: `leaf` or `intermediate`.
 * - Seen: `TypeError: fetch failed`, cause `UNSPECIFIED`, so only its message tells: "CA signature digest
 *   algorithm too weak"; curl exit 60.
 * - Source: RFC 9155; SSL_CTX_set_security_level(3), level 1 and above.
 */
export const sha1Signature = fault({
  step: 'tls',
  name: 'sha1-signature',
  summary: ({ which }) => `sha1-signature on the ${which}`,
  parameters: { which: oneOf(['leaf', 'intermediate'], { default: 'leaf' }) },
  plan: ({ which }) => ({
    point: 'tls',
    state: { kind: 'certificate', recipe: { [which]: { hash: 'sha1' } } },
  }),
})
