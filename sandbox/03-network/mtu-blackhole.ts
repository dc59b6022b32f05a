import { fault } from '../language/fault.ts'
import { oneOf, wholeNumber } from '../language/parameters.ts'

/**
 * Only large packets are lost, without an error: a link has a smaller MTU, and a firewall drops the ICMP that says so.
 *
 * Small things work (ping, the TCP handshake), so the network looks fine; the first full packet never arrives.
 *
 * - `largerThanBytes`: packets above this size vanish.
 * - `direction`: which packets: `to-server` or `to-client`.
 * - Seen: a connect timeout in the TLS handshake: its messages fill packets.
 * - Source: RFC 2923 §2.1 (black hole detection), RFC 8899.
 */
export const mtuBlackhole = fault({
  step: 'network',
  name: 'mtu-blackhole',
  summary: ({ direction, largerThanBytes }) =>
    `mtu-blackhole ${direction}: packets over ${largerThanBytes} bytes`,
  parameters: {
    largerThanBytes: wholeNumber({ default: 1_200, min: 100, max: 65_535 }),
    direction: oneOf(['to-server', 'to-client'], { default: 'to-client' }),
  },
  worlds: ['sealed'],
  needs: ['nft'],
  plan: ({ direction, largerThanBytes }) => ({
    point: 'kernel',
    state: { kind: 'packets', rules: [{ direction, largerThanBytes }] },
  }),
})
