import { counted, fault } from '../language/fault.ts'
import { milliseconds, oneOf, wholeNumber } from '../language/parameters.ts'

/**
 * The stream comes in small pieces with pauses between: TCP keeps no borders of messages.
 *
 * Code that takes one read for one message breaks; clients that parse a stream only get slower.
 *
 * - `bytes`: the size of a piece. `delayMs`: the pause between two, in milliseconds.
 * - `direction`: `both`, `to-server` or `to-client`.
 * - Seen: no error, a late answer.
 * - Source: RFC 9293 §3.7 (segmentation).
 */
export const slicer = fault({
  step: 'network',
  name: 'slicer',
  summary: ({ bytes, delayMs, direction }) =>
    `slicer ${counted(bytes, 'byte')} every ${delayMs} ms, ${direction}`,
  parameters: {
    bytes: wholeNumber({ default: 100, min: 1 }),
    delayMs: milliseconds({ default: 10, min: 1 }),
    direction: oneOf(['both', 'to-server', 'to-client'], { default: 'both' }),
  },
  plan: ({ bytes, delayMs, direction }) => ({
    point: 'front-wire',
    rules: [
      {
        match: {},
        verdict: {
          kind: 'slice',
          bytes,
          delayMs,
          ...(direction === 'both' ? {} : { from: direction === 'to-server' ? 'client' : 'server' }),
        },
      },
    ],
  }),
})
