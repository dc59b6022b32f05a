import { fault } from '../language/fault.ts'
import { oneOf, wholeNumber } from '../language/parameters.ts'

/**
 * The connection ends in the middle of the handshake: a proxy in between, a crash, or a server that dislikes the
 * ClientHello and says nothing.
 *
 * Nothing of the request was sent, so the app may retry whatever it wanted.
 *
 * - `how`: `end` is a FIN, an orderly end; `reset` a RST.
 * - `at`: `hello`: when the ClientHello has arrived; `flight`: in the midst of the server's answer.
 * - `flightBytes`: with `flight`: how many bytes of the answer arrive.
 * - Seen: `TypeError: fetch failed`, cause `ECONNRESET` either way; a FIN reads "Client network socket
 *   disconnected before secure TLS connection was established", a RST "read ECONNRESET"; curl exit 35.
 * - Source: RFC 9293 §3.5.3 (RST), §3.6 (FIN).
 */
export const cutInHandshake = fault({
  step: 'tls',
  name: 'cut-in-handshake',
  summary: ({ how, at }) =>
    `cut-in-handshake: ${how === 'end' ? 'FIN' : 'RST'} ${at === 'hello' ? 'after the ClientHello' : 'in the answer'}`,
  parameters: {
    how: oneOf(['end', 'reset'], { default: 'end' }),
    at: oneOf(['hello', 'flight'], { default: 'hello' }),
    flightBytes: wholeNumber({ default: 500, min: 1, max: 700 }),
  },
  idle: ({ at }) => (at === 'hello' ? { flightBytes: 'where at is "hello"' } : {}),
  plan: ({ how, at, flightBytes }) => ({
    point: 'tls',
    rules: [
      {
        match: {},
        verdict: at === 'hello' ? { kind: 'cut', how, at } : { kind: 'cut', how, at, flightBytes },
      },
    ],
  }),
})
