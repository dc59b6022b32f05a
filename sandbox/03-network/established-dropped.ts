import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

/**
 * Connections open, then nothing gets through any more: a firewall that forgot the connection, a route that broke.
 *
 * The app waits for its own timeout. The connection looks established on both sides.
 *
 * - `direction`: which packets are lost: `to-server` or `to-client`.
 * - Seen: a connect timeout in the TLS handshake.
 * - Source: nft(8), ct state established; tcp(7), tcp_retries2 (15 min until the kernel gives up).
 */
export const establishedDropped = fault({
  step: 'network',
  name: 'established-dropped',
  summary: ({ direction }) => `established-dropped ${direction}`,
  parameters: { direction: oneOf(['to-server', 'to-client'], { default: 'to-server' }) },
  worlds: ['sealed'],
  needs: ['nft'],
  plan: ({ direction }) => ({
    point: 'kernel',
    // The answer to a SYN counts as established too: towards the client only what carries data may vanish.
    state: {
      kind: 'packets',
      rules: [
        { direction, only: 'established', ...(direction === 'to-client' ? { largerThanBytes: 60 } : {}) },
      ],
    },
  }),
})
