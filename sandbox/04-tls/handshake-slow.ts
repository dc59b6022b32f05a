import { counted, fault } from '../language/fault.ts'
import { milliseconds, wholeNumber } from '../language/parameters.ts'

/**
 * The server's part of the handshake trickles in. It works, later.
 *
 * The app sees a slow first call and fast ones after it, because a kept connection needs no handshake.
 *
 * - `bytes`: how many bytes arrive at a time. A usual answer has about 1 500, so more than 1 000 slow nothing down.
 * - `everyMs`: the pause between them, in milliseconds.
 * - Seen: 200, late; with a short connect timeout `UND_ERR_CONNECT_TIMEOUT`.
 * - Source: RFC 8446 §2 (the flights of a handshake).
 */
export const handshakeSlow = fault({
  step: 'tls',
  name: 'handshake-slow',
  summary: ({ bytes, everyMs }) => `handshake-slow: ${counted(bytes, 'byte')} every ${everyMs} ms`,
  parameters: {
    bytes: wholeNumber({ default: 200, min: 1, max: 1_000 }),
    everyMs: milliseconds({ default: 100, min: 1, max: 10_000 }),
  },
  plan: ({ bytes, everyMs }) => ({
    point: 'tls',
    rules: [{ match: {}, verdict: { kind: 'slow', bytes, everyMs } }],
  }),
})
