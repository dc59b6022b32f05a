import { fault } from '../language/fault.ts'
import { milliseconds, oneOf } from '../language/parameters.ts'

/**
 * A middlebox drops connections that were idle for too long, between two requests.
 *
 * Told about it, a client opens a new connection and the app notices nothing. Not told, its next request is lost:
 * keep-alive probes, or a shorter idle time than the middlebox has, prevent that.
 *
 * - `idleMs`: for how long no byte came from either side, in milliseconds. `by`: `fin`, `rst`, or `silence`
 *   (neither side is told).
 * - State: the connections that are open are struck once they were idle for so long; only then is the fault armed.
 *   Those opened later live. Meant for `call: { connection: 'warm' }`.
 * - Seen: with `fin` and `rst` nothing but a second connection; with `silence` the call's own timeout.
 * - Source: RFC 5382 §5 (idle timeouts of NATs); RFC 9112 §9.3 (persistence).
 */
export const idleCut = fault({
  step: 'network',
  name: 'idle-cut',
  summary: ({ by, idleMs }) => `idle-cut by ${by} after ${idleMs} ms`,
  parameters: {
    by: oneOf(['fin', 'rst', 'silence'], { default: 'silence' }),
    idleMs: milliseconds({ default: 300 }),
  },
  plan: ({ by, idleMs }) => {
    const strikes = { fin: 'cut', rst: 'reset', silence: 'silence' } as const
    return { point: 'front-wire', state: { kind: 'open-struck', strike: strikes[by], afterIdleMs: idleMs } }
  },
})
