import { fault } from '../language/fault.ts'
import { milliseconds, oneOf, wholeNumber } from '../language/parameters.ts'

/**
 * Every byte takes longer: a far region, a satellite, a full queue.
 *
 * A new connection pays four times (TLS hello, its answer, the request, the reply): connections kept open pay half.
 *
 * - `delayMs`: how much longer, in milliseconds. `jitterMs`: how much that varies; with `distribution` `uniform`
 *   it is the greatest deviation, with `normal` the standard deviation.
 * - `direction`: `both`, `to-server` or `to-client`. `seed`: the same seed, the same jitter.
 * - Seen: no error, a late answer; with a short timeout a timeout.
 * - Source: RFC 7679 (one-way delay); RFC 8446 §2 (round trips of a handshake).
 */
export const latency = fault({
  step: 'network',
  name: 'latency',
  summary: ({ delayMs, jitterMs, direction }) =>
    `latency ${delayMs} ms${jitterMs === 0 ? '' : ` ± ${jitterMs} ms`}, ${direction}`,
  parameters: {
    delayMs: milliseconds({ default: 150, min: 1 }),
    jitterMs: milliseconds({ default: 0 }),
    distribution: oneOf(['uniform', 'normal'], { default: 'uniform' }),
    direction: oneOf(['both', 'to-server', 'to-client'], { default: 'both' }),
    seed: wholeNumber({ default: 0 }),
  },
  idle: ({ jitterMs }) => {
    const why = 'where jitterMs is 0'
    return jitterMs === 0 ? { distribution: why, seed: why } : {}
  },
  plan: ({ direction, ...delay }) => ({
    point: 'front-wire',
    rules: [
      {
        match: {},
        verdict: {
          kind: 'delay',
          ...delay,
          ...(direction === 'both' ? {} : { from: direction === 'to-server' ? 'client' : 'server' }),
        },
      },
    ],
  }),
})
