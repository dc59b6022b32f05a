import { fault } from '../language/fault.ts'
import { hostName } from '../language/parameters.ts'

/**
 * The name has an IPv6 address only, and nothing of the API answers there.
 *
 * The app cannot repair it: the A record is gone, or the API does not listen on IPv6.
 *
 * - `name`: the host name that lost its A record.
 * - Answer: NOERROR without a record to A, `::1` to AAAA: the API does not listen there.
 * - Seen: `ECONNREFUSED`, syscall `connect`, with an IPv6 address in the message.
 * - Source: RFC 3596 §2.
 */
export const aaaaOnly = fault({
  step: 'dns',
  name: 'aaaa-only',
  summary: ({ name }) => `${name} has AAAA ::1 only`,
  parameters: { name: hostName({ default: 'api.example.test' }) },
  plan: ({ name }) => ({
    point: 'dns',
    rules: [{ match: { name }, verdict: { kind: 'answer', records: [{ type: 'AAAA', value: '::1' }] } }],
  }),
})
