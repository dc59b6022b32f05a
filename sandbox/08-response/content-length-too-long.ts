import { counted, fault } from '../language/fault.ts'
import { wholeNumber } from '../language/parameters.ts'

/**
 * The head promises more bytes than the body has. The client waits for the rest, which never comes.
 *
 * A count of characters where bytes were meant brings it about. The client's time limit is all that helps.
 *
 * - `moreBytes`: how many bytes more than the body has.
 * - Seen: the client's own time limit, though all of the data has arrived.
 * - Source: RFC 9110 §8.6 (Content-Length); RFC 9112 §8 (incomplete messages).
 */
export const contentLengthTooLong = fault({
  step: 'response',
  name: 'content-length-too-long',
  summary: ({ moreBytes }) => `content-length-too-long, by ${counted(moreBytes, 'byte')}`,
  parameters: { moreBytes: wholeNumber({ default: 50, min: 1, max: 1_000_000 }) },
  plan: ({ moreBytes }) => ({
    point: 'gateway',
    rules: [{ match: {}, verdict: { kind: 'misframe', moreBytes } }],
  }),
})
