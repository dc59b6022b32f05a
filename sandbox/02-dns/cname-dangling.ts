import { fault } from '../language/fault.ts'
import { hostName } from '../language/parameters.ts'

/**
 * The name is an alias of a name that exists but has no address.
 *
 * The app fails before it opens a socket. Retrying does not help until the alias leads somewhere.
 *
 * - `name`: the host name that was asked for.
 * - `alias`: the name it leads to.
 * - Answer: NOERROR with the CNAME record and no address, for every type.
 * - Seen: `ENOTFOUND`, syscall `getaddrinfo`, as for NXDOMAIN (`ENODATA`, `queryA` in the portable world).
 * - Source: RFC 1034 §3.6.2; RFC 2308 §2.2.
 */
export const cnameDangling = fault({
  step: 'dns',
  name: 'cname-dangling',
  summary: ({ name, alias }) => `${name} is an alias of ${alias}, which has no address`,
  parameters: {
    name: hostName({ default: 'api.example.test' }),
    alias: hostName({ default: 'edge.example.test' }),
  },
  plan: ({ name, alias }) => ({
    point: 'dns',
    rules: [{ match: { name }, verdict: { kind: 'answer', records: [{ type: 'CNAME', value: alias }] } }],
  }),
})
