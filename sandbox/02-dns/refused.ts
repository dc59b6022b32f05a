import { fault } from '../language/fault.ts'
import { hostName } from '../language/parameters.ts'

/**
 * The resolver refuses to answer: it does not serve this client, or not this name.
 *
 * The app cannot repair it: another resolver, or the resolver's access list, has to.
 *
 * - `name`: the host name that the resolver refuses.
 * - Answer: RCODE 5 (REFUSED), 0 records, for every type.
 * - Seen: `EAI_AGAIN`, syscall `getaddrinfo`, as for SERVFAIL (`EREFUSED`, `queryA` in the portable world).
 * - Source: RFC 1035 §4.1.1.
 */
export const refused = fault({
  step: 'dns',
  name: 'refused',
  summary: ({ name }) => `refused ${name}`,
  parameters: { name: hostName({ default: 'api.example.test' }) },
  plan: ({ name }) => ({
    point: 'dns',
    rules: [{ match: { name }, verdict: { kind: 'answer', rcode: 'REFUSED' } }],
  }),
})
