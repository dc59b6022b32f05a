import { fault } from '../language/fault.ts'

/**
 * The certificate promises that a fresh word on its revocation comes along, and the server sends none.
 *
 * Clients should refuse it. Most never look: Node, curl and Python call as if nothing were wrong; Firefox refuses.
 *
 * - Seen: 200. `curl --cert-status` exits 91: No OCSP response received.
 * - Source: RFC 7633 (the TLS feature extension); RFC 6066 §8 (stapled OCSP).
 */
export const mustStapleMissing = fault({
  step: 'tls',
  name: 'must-staple-missing',
  summary: () => 'must-staple-missing: OCSP promised, none stapled',
  parameters: {},
  plan: () => ({
    point: 'tls',
    state: { kind: 'certificate', recipe: { leaf: { mustStaple: true, noStaple: true } } },
  }),
})
