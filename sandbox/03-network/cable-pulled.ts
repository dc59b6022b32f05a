import { counted, fault } from '../language/fault.ts'
import { milliseconds, oneOf, wholeNumber } from '../language/parameters.ts'

/**
 * The line goes dead in the middle: no byte, no FIN, no RST in either direction any more.
 *
 * Only the app's own timeout ends the wait: TCP alone waits for many minutes.
 *
 * - `from`: the side that sends the bytes that are counted. `afterBytes`: how many of them still pass. `afterMs`:
 *   how much later, in milliseconds, the line goes dead.
 * - Seen: a connect timeout while the handshake is under way, the limit of the whole call after it.
 * - Source: RFC 9293 §3.8.3 (connection failures); tcp(7), tcp_retries2.
 */
export const cablePulled = fault({
  step: 'network',
  name: 'cable-pulled',
  summary: ({ from, afterBytes, afterMs }) =>
    `cable-pulled after ${counted(afterBytes, 'byte')} from the ${from}${afterMs === 0 ? '' : ` and ${afterMs} ms`}`,
  parameters: {
    from: oneOf(['client', 'server'], { default: 'server' }),
    afterBytes: wholeNumber({ default: 1_000 }),
    afterMs: milliseconds({ default: 0 }),
  },
  plan: (moment) => ({
    point: 'front-wire',
    rules: [{ match: {}, verdict: { kind: 'silence', ...moment } }],
  }),
})
