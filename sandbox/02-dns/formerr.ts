import { fault } from '../language/fault.ts'
import { hostName } from '../language/parameters.ts'

/**
 * The resolver says that it cannot read the question.
 *
 * The app cannot repair it. Beware: the operating system reports it as a name that does not exist.
 *
 * - `name`: the host name that is asked for.
 * - Answer: RCODE 1 (FORMERR), 0 records, for every type.
 * - Seen: `ENOTFOUND`, syscall `getaddrinfo`, as for NXDOMAIN (`EFORMERR`, `queryA` in the portable world).
 * - Source: RFC 1035 §4.1.1; RFC 6891 §7 (what old servers say to EDNS).
 */
export const formerr = fault({
  step: 'dns',
  name: 'formerr',
  summary: ({ name }) => `formerr ${name}`,
  parameters: { name: hostName({ default: 'api.example.test' }) },
  plan: ({ name }) => ({
    point: 'dns',
    rules: [{ match: { name }, verdict: { kind: 'answer', rcode: 'FORMERR' } }],
  }),
})
