import { fault } from '../language/fault.ts'
import { hostName } from '../language/parameters.ts'

/**
 * The name exists, but has no address: neither an A nor an AAAA record.
 *
 * The app fails before it opens a socket. Retrying does not help until the record exists.
 *
 * - `name`: the host name without an address.
 * - Answer: RCODE 0 (NOERROR), 0 records and an SOA record, for every type.
 * - Seen: `ENOTFOUND`, syscall `getaddrinfo`, errno -3007 where NXDOMAIN has -3008 (`ENODATA`, `queryA` in the portable
 *   world); Python says "No address associated with hostname".
 * - Source: RFC 2308 §2.2.
 */
export const nodata = fault({
  step: 'dns',
  name: 'nodata',
  summary: ({ name }) => `nodata ${name}`,
  parameters: { name: hostName({ default: 'api.example.test' }) },
  plan: ({ name }) => ({
    point: 'dns',
    rules: [{ match: { name }, verdict: { kind: 'answer', records: [] } }],
  }),
})
