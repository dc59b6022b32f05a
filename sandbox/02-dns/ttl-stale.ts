import { fault } from '../language/fault.ts'
import { deadAddress, hostName } from '../language/parameters.ts'

/**
 * The record was changed, and only a client that asks again learns it. An open connection never asks again.
 *
 * The app goes on talking to the old host until that goes away. Close connections after a while, or when the
 * record's time to live (TTL) is over.
 *
 * - `name`: the host name with the changed record.
 * - `address`: where it points now. Nothing in the sandbox listens on 127.0.0.251 to 127.0.0.254.
 * - Seen: on a new connection `ECONNREFUSED`, syscall `connect`; on an open one nothing: 200 from the old host.
 * - Source: RFC 1034 §3.6 (TTL); RFC 9112 §9.3 (connections persist).
 */
export const ttlStale = fault({
  step: 'dns',
  name: 'ttl-stale',
  summary: ({ name, address }) => `${name} was moved to ${address}`,
  parameters: {
    name: hostName({ default: 'api.example.test' }),
    address: deadAddress({ default: '127.0.0.254' }),
  },
  plan: ({ name, address }) => ({
    point: 'dns',
    state: { kind: 'changed', zone: { [name]: { A: [address] } } },
  }),
})
