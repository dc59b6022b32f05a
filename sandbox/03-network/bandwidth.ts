import { fault } from '../language/fault.ts'
import { oneOf, wholeNumber } from '../language/parameters.ts'

/**
 * The line is narrow: bytes pass at a fixed rate, the rest waits.
 *
 * Small answers, compression and kept connections help: the certificates of a handshake weigh more than a short reply.
 *
 * - `bytesPerSecond`: for each direction. `direction`: `both`, `to-server` or `to-client`.
 * - Seen: no error, a late answer; with a short timeout a timeout.
 * - Source: RFC 5136 (network capacity).
 */
export const bandwidth = fault({
  step: 'network',
  name: 'bandwidth',
  summary: ({ bytesPerSecond, direction }) => `bandwidth ${bytesPerSecond} bytes/s, ${direction}`,
  parameters: {
    bytesPerSecond: wholeNumber({ default: 4_000, min: 1 }),
    direction: oneOf(['both', 'to-server', 'to-client'], { default: 'both' }),
  },
  plan: ({ bytesPerSecond, direction }) => ({
    point: 'front-wire',
    rules: [
      {
        match: {},
        verdict: {
          kind: 'throttle',
          bytesPerSecond,
          ...(direction === 'both' ? {} : { from: direction === 'to-server' ? 'client' : 'server' }),
        },
      },
    ],
  }),
})
