import { fault } from '../language/fault.ts'

/**
 * The certificate in the middle is an authority, but its key usage does not let it sign certificates.
 *
 * The app cannot repair it; the intermediate must be issued anew with `keyCertSign`.
 *
 * - Seen: `TypeError: fetch failed`, cause `UNSPECIFIED`, so only its message tells: "key usage does not include
 *   certificate signing"; curl exit 60.
 * - Source: RFC 5280 §4.2.1.3 (key usage), §6.1.4 (n).
 */
export const noCertSign = fault({
  step: 'tls',
  name: 'no-cert-sign',
  summary: () => 'no-cert-sign: an intermediate whose key may not sign certificates',
  parameters: {},
  plan: () => ({
    point: 'tls',
    state: { kind: 'certificate', recipe: { intermediate: { keyUsages: ['cRLSign'] } } },
  }),
})
