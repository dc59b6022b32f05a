import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

/**
 * A firewall turns the connection away and says so: with a RST as from a closed port, or with an ICMP error.
 *
 * To the app a RST is a closed port: only the firewall's own log tells them apart.
 *
 * - `how`: `tcp-reset`, `port-unreachable` or `admin-prohibited`.
 * - Seen: `ECONNREFUSED` for the first two, `EHOSTUNREACH` for the third, at once.
 * - Source: RFC 1812 §5.2.7.1 (code 13, communication administratively prohibited); nft(8), reject.
 */
export const packetsRejected = fault({
  step: 'network',
  name: 'packets-rejected',
  summary: ({ how }) => `packets-rejected: ${how}`,
  parameters: {
    how: oneOf(['tcp-reset', 'port-unreachable', 'admin-prohibited'], { default: 'admin-prohibited' }),
  },
  worlds: ['sealed'],
  needs: ['nft'],
  plan: ({ how }) => ({
    point: 'kernel',
    state: { kind: 'packets', rules: [{ direction: 'to-server', reject: how }] },
  }),
})
