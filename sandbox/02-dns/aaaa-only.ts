import { fault } from '../fault.ts'
import { hostName, ipv6Address } from '../parameters.ts'

/**
 * The name has an IPv6 address only, and nothing of the API answers there.
 *
 * The app cannot repair it: the A record is gone, or the API does not listen on IPv6.
 *
 * - `name`: the host name that lost its A record.
 * - `address`: its AAAA record.
 * - Answer: NOERROR without a record to A, `address` to AAAA.
 * - Seen: `ECONNREFUSED`, syscall `connect`, with an IPv6 address in the message.
 * - Source: RFC 3596 §2.
 */
export const aaaaOnly = fault({
  step: 'dns',
  name: 'aaaa-only',
  summary: ({ name, address }) => `${name} has AAAA ${address} only`,
  parameters: {
    name: hostName({ default: 'api.example.test' }),
    address: ipv6Address({ default: '::1' }),
  },
  plan: ({ name, address }) => ({
    point: 'dns',
    rules: [{ match: { name }, verdict: { kind: 'answer', records: [{ type: 'AAAA', value: address }] } }],
  }),
})
