import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

/**
 * The authority in the middle may not vouch for this host: its name constraints leave it out.
 *
 * Company authorities are limited like that on purpose. The app cannot repair it.
 *
 * - `how`: `permitted`: only other domains are allowed; `excluded`: this domain is forbidden.
 * - Seen: `TypeError: fetch failed`, cause `UNSPECIFIED`, so only its message tells: "permitted subtree violation"
 *   or "excluded subtree violation"; curl exit 60.
 * - Source: RFC 5280 §4.2.1.10 (name constraints), §6.1.3 (b), (c).
 */
export const nameConstraint = fault({
  step: 'tls',
  name: 'name-constraint',
  summary: ({ how }) =>
    `name-constraint: ${how === 'permitted' ? 'only other.test is permitted' : 'example.test is excluded'}`,
  parameters: { how: oneOf(['permitted', 'excluded'], { default: 'permitted' }) },
  plan: ({ how }) => ({
    point: 'tls',
    state: {
      kind: 'certificate',
      recipe: {
        intermediate:
          how === 'permitted' ? { permittedNames: ['other.test'] } : { excludedNames: ['example.test'] },
      },
    },
  }),
})
