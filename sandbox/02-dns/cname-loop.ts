import { fault } from '../language/fault.ts'
import { hostName } from '../language/parameters.ts'

/**
 * The name is an alias of a name that is an alias of it: the chain never ends in an address.
 *
 * The app fails before it opens a socket. Retrying does not help until the loop is cut.
 *
 * - `name`: the host name that was asked for.
 * - `alias`: the name it leads to, and which leads back.
 * - Answer: NOERROR with both CNAME records and no address, for every type.
 * - Seen: `ENOTFOUND`, syscall `getaddrinfo`, as for NXDOMAIN (`ENODATA`, `queryA` in the portable world).
 * - Source: RFC 1034 §3.6.2.
 */
export const cnameLoop = fault({
  step: 'dns',
  name: 'cname-loop',
  summary: ({ name, alias }) => `${name} and ${alias} are aliases of each other`,
  parameters: {
    name: hostName({ default: 'api.example.test' }),
    alias: hostName({ default: 'edge.example.test' }),
  },
  plan: ({ name, alias }) => ({
    point: 'dns',
    rules: [
      {
        match: { name },
        verdict: {
          kind: 'answer',
          records: [
            { type: 'CNAME', value: alias },
            { name: alias, type: 'CNAME', value: name },
          ],
        },
      },
    ],
  }),
})
