import { fault } from '../language/fault.ts'

/**
 * A router says that it cannot reach the host.
 *
 * The host is off, or its address is wrong. The app may retry; another address of the name may work.
 *
 * - State: the kernel rejects every packet to the server with an ICMP error.
 * - Seen: `TypeError: fetch failed`, cause `EHOSTUNREACH`, syscall `connect`, at once.
 * - Source: RFC 792 (destination unreachable, code 1); connect(2).
 */
export const hostUnreachable = fault({
  step: 'network',
  name: 'host-unreachable',
  summary: () => 'host-unreachable: ICMP host unreachable',
  parameters: {},
  worlds: ['sealed'],
  needs: ['nft'],
  plan: () => ({
    point: 'kernel',
    state: { kind: 'packets', rules: [{ direction: 'to-server', reject: 'host-unreachable' }] },
  }),
})
