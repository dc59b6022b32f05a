import { fault } from '../language/fault.ts'

/**
 * A router says that it has no way to the network.
 *
 * A route is missing or a VPN is down. Retrying helps only when the route is back.
 *
 * - State: the kernel rejects every packet to the server with an ICMP error.
 * - Seen: `TypeError: fetch failed`, cause `ENETUNREACH`, syscall `connect`, at once.
 * - Source: RFC 792 (destination unreachable, code 0); connect(2).
 */
export const netUnreachable = fault({
  step: 'network',
  name: 'net-unreachable',
  summary: () => 'net-unreachable: ICMP net unreachable',
  parameters: {},
  worlds: ['sealed'],
  needs: ['nft'],
  plan: () => ({
    point: 'kernel',
    state: { kind: 'packets', rules: [{ direction: 'to-server', reject: 'net-unreachable' }] },
  }),
})
