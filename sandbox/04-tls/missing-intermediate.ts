import { fault } from '../language/fault.ts'

/**
 * The server sends its own certificate and leaves out the one that links it to the root.
 *
 * Browsers hide the mistake: they remember intermediates, or fetch them. Other clients have nothing to go on. The
 * server must be given the full chain.
 *
 * - Seen: `TypeError: fetch failed`, cause `UNABLE_TO_VERIFY_LEAF_SIGNATURE`; curl exit 60, in other words.
 * - Source: RFC 8446 §4.4.2 (the server sends the chain).
 */
export const missingIntermediate = fault({
  step: 'tls',
  name: 'missing-intermediate',
  summary: () => 'missing-intermediate: the leaf is sent alone',
  parameters: {},
  plan: () => ({ point: 'tls', state: { kind: 'certificate', recipe: { send: ['leaf'] } } }),
})
