import { fault } from '../language/fault.ts'

/**
 * The certificate in the middle may not sign others: its basic constraints say `CA:FALSE`.
 *
 * Otherwise the owner of a certificate for one host could issue one for every host. The chain must be issued anew.
 *
 * - Seen: `TypeError: fetch failed`, cause `INVALID_PURPOSE`; curl exit 60, in other words.
 * - Source: RFC 5280 §4.2.1.9 (basic constraints), §6.1.4 (k).
 */
export const caFalse = fault({
  step: 'tls',
  name: 'ca-false',
  summary: () => 'ca-false: an intermediate that is no authority',
  parameters: {},
  plan: () => ({ point: 'tls', state: { kind: 'certificate', recipe: { intermediate: { ca: false } } } }),
})
