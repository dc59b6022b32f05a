import { fault } from '../language/fault.ts'
import { deadAddress, hostName } from '../language/parameters.ts'

/**
 * The record is stale: it names an address where no server listens any more.
 *
 * The app cannot repair it. Retrying helps only after the record was corrected and every cache has let go of it.
 *
 * - `name`: the host name with the stale record.
 * - `address`: where its A record points. Nothing in the sandbox listens on 127.0.0.251 to 127.0.0.254.
 * - Answer: NOERROR, one A record; AAAA has none.
 * - Seen: `ECONNREFUSED`, syscall `connect`: only the address in the message tells it from an API that is down.
 * - Source: RFC 1034 §3.6.
 */
export const wrongAddress = fault({
  step: 'dns',
  name: 'wrong-address',
  summary: ({ name, address }) => `${name} points to ${address}`,
  parameters: {
    name: hostName({ default: 'api.example.test' }),
    address: deadAddress({ default: '127.0.0.254' }),
  },
  plan: ({ name, address }) => ({
    point: 'dns',
    rules: [{ match: { name }, verdict: { kind: 'answer', records: [{ type: 'A', value: address }] } }],
  }),
})
