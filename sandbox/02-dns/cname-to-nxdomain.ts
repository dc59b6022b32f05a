import { fault } from '../language/fault.ts'
import { hostName } from '../language/parameters.ts'

/**
 * The name is an alias of a name that does not exist, as when a rented service was cancelled.
 *
 * The app fails before it opens a socket. The next owner of the alias' name gets the app's calls.
 *
 * - `name`: the host name that was asked for. It exists.
 * - `alias`: the name it leads to. It does not.
 * - Answer: RCODE 3 (NXDOMAIN) with the CNAME record, for every type.
 * - Seen: `ENOTFOUND`, syscall `getaddrinfo` (`queryA` in the portable world): only dig shows the alias.
 * - Source: RFC 6604 §3 (the RCODE is that of the last name).
 */
export const cnameToNxdomain = fault({
  step: 'dns',
  name: 'cname-to-nxdomain',
  summary: ({ name, alias }) => `${name} is an alias of ${alias}, which does not exist`,
  parameters: {
    name: hostName({ default: 'api.example.test' }),
    alias: hostName({ default: 'gone.example.test' }),
  },
  plan: ({ name, alias }) => ({
    point: 'dns',
    rules: [
      {
        match: { name },
        verdict: { kind: 'answer', rcode: 'NXDOMAIN', records: [{ type: 'CNAME', value: alias }] },
      },
    ],
  }),
})
