import { fault } from '../language/fault.ts'
import { hostName } from '../language/parameters.ts'

/**
 * The name does not exist. The DNS server answers at once, with no records.
 *
 * The app fails before it opens a socket. Retrying does not help until the record exists.
 *
 * - `name`: the host name that does not exist.
 * - Answer: RCODE 3 (NXDOMAIN), 0 records, for every type.
 * - Seen: `TypeError: fetch failed`, cause `ENOTFOUND`, syscall `getaddrinfo` (`queryA` in the portable world).
 * - Source: RFC 1035 §4.1.1; RFC 8020 (nothing exists below the name either).
 */
export const nxdomain = fault({
  step: 'dns',
  name: 'nxdomain',
  summary: ({ name }) => `nxdomain ${name}`,
  parameters: { name: hostName({ default: 'api.example.test' }) },
  plan: ({ name }) => ({
    point: 'dns',
    rules: [{ match: { name }, verdict: { kind: 'answer', rcode: 'NXDOMAIN' } }],
  }),
})
