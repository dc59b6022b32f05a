import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

/**
 * One direction of the connection has ended (FIN), the other still works: what is sent there arrives.
 *
 * A client takes the end for the end of all. That its bytes still arrive, it never learns.
 *
 * - `from`: the side that the FIN seems to come from, as soon as that side sends.
 * - Seen: `ECONNRESET` without a syscall, "Client network socket disconnected before secure TLS connection was
 *   established".
 * - Source: RFC 9293 §3.6 (half-closed connections).
 */
export const halfClosed = fault({
  step: 'network',
  name: 'half-closed',
  summary: ({ from }) => `half-closed: FIN in the name of the ${from}`,
  parameters: { from: oneOf(['client', 'server'], { default: 'server' }) },
  plan: ({ from }) => ({
    point: 'front-wire',
    rules: [{ match: {}, verdict: { kind: 'half-cut', from } }],
  }),
})
