import { fault } from '../language/fault.ts'
import { milliseconds } from '../language/parameters.ts'

/**
 * The end of a connection (FIN, or RST where the client closes with something unread) takes long, its bytes do not.
 *
 * A client that knows the length of the answer does not wait for it. The server keeps the connection longer: under
 * load it runs out of them.
 *
 * - `delayMs`: how much later the client's end arrives, in milliseconds.
 * - Seen: by the client nothing.
 * - Source: RFC 9293 §3.6 (closing); RFC 9112 §6.3 (how a client knows where a message ends).
 */
export const slowClose = fault({
  step: 'network',
  name: 'slow-close',
  summary: ({ delayMs }) => `slow-close: the client's end arrives ${delayMs} ms later`,
  parameters: { delayMs: milliseconds({ default: 200, min: 1 }) },
  plan: ({ delayMs }) => ({
    point: 'front-wire',
    rules: [{ match: {}, verdict: { kind: 'delay-end', from: 'client', delayMs } }],
  }),
})
