import { fault } from '../language/fault.ts'

/**
 * The chain is longer than one of its authorities allows: no further authority may follow it, and one does.
 *
 * The app cannot repair it; the leaf must be issued by an authority that may stand there.
 *
 * - Seen: `TypeError: fetch failed`, cause `PATH_LENGTH_EXCEEDED`; curl exit 60.
 * - Source: RFC 5280 §4.2.1.9 (pathLenConstraint), §6.1.4 (l).
 */
export const pathLength = fault({
  step: 'tls',
  name: 'path-length',
  summary: () => 'path-length: two intermediates where one is allowed',
  parameters: {},
  plan: () => ({
    point: 'tls',
    state: { kind: 'certificate', recipe: { intermediates: 2, intermediate: { pathLength: 0 } } },
  }),
})
