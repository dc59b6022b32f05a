import { counted, fault } from '../language/fault.ts'
import { oneOf, wholeNumber } from '../language/parameters.ts'

/**
 * The connection ends in the middle of the response's body: a proxy that restarts, a server that dies while it sends.
 *
 * The request was carried out, so a retry does it twice. The status had arrived: 200 says nothing of the body.
 *
 * - `how`: `end` is a FIN (with TLS's own close_notify before it), an orderly end; `reset` a RST.
 * - `afterBytes`: how many bytes of the body arrive. A body that is no longer than that arrives whole.
 * - Seen: fetch `terminated`, cause `UND_ERR_SOCKET` "other side closed" or `ECONNRESET`; https "aborted"; curl
 *   exit 18 or 56; `IncompleteRead`.
 * - Source: RFC 9112 §8 (incomplete messages); RFC 9293 §3.5.3 (RST), §3.6 (FIN).
 */
export const cutBody = fault({
  step: 'reply',
  name: 'cut-body',
  summary: ({ how, afterBytes }) =>
    `cut-body: ${how === 'end' ? 'FIN' : 'RST'} after ${counted(afterBytes, 'byte')} of the body`,
  parameters: {
    how: oneOf(['end', 'reset'], { default: 'end' }),
    afterBytes: wholeNumber({ default: 20 }),
  },
  plan: ({ how, afterBytes }) => ({
    point: 'inner-wire',
    rules: [
      {
        match: {},
        verdict: {
          kind: how === 'end' ? 'cut' : 'reset',
          from: 'server',
          afterText: '\r\n\r\n',
          afterBytes,
        },
      },
    ],
  }),
})
