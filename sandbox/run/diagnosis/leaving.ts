import type { TraceEvent } from '../../machines/shared/trace.ts'
import { areLeft } from './carried.ts'
import type { Checkpoint, Reading } from './checkpoint.ts'
import { unsaidLeave } from './pairs.ts'

const givingUp = /ABORT/i
/** That the connection is gone, as Node, Chromium and curl (CURLE_GOT_NOTHING and the two behind it) have it. */
const noReason = /^$|^ECONN|^EPIPE$|^ERR_CONNECTION_|^exit (52|55|56)$/

type Why = 'refused' | 'gave up' | 'unsaid'

/**
 * Why the client left when it had the certificate, without a word to the server: what it says itself. Undefined where it
 * did not, or was not the first to end its connections.
 */
function whyLeft(events: readonly TraceEvent[]): Why | undefined {
  const tls = events.filter((event) => event.machine === 'tls')
  const isServed = tls.some(({ certificate, what }) => what === 'secured' || certificate !== undefined)
  const isRejected = tls.some(({ isLeft, what }) => what === 'failed' && isLeft !== true)
  const hasSpoken = events.some((event) => event.machine === 'wire' && event.wire === 'inner')
  if (!isServed || isRejected || hasSpoken || !areLeft(events)) return undefined
  const failed = events.findLast((event) => event.machine === 'client' && event.what === 'failed')
  const said = failed?.machine === 'client' ? (failed.detail ?? '') : ''
  if (noReason.test(said)) return 'unsaid'
  // All else that it can complain of here is TLS.
  return givingUp.test(said) ? 'gave up' : 'refused'
}

const borders: readonly (readonly [Why, Checkpoint['step'], string])[] = [
  ['refused', 'tls', 'the client refused the handshake'],
  ['gave up', 'request', 'the app gave up before its request'],
  ['unsaid', 'tls', 'the client left before its request, without a reason'],
]

/**
 * A client that dislikes a certificate may end the connection without an alert, and so does one whose app gives up.
 *
 * @param isOutOfTime the client reached its own limit: it left because of what it waited for.
 */
export function leaving(isOutOfTime: boolean): readonly Checkpoint[] {
  return borders.map(([why, step, words]) => ({
    step,
    name: 'the request of a client that has the certificate',
    was: '',
    never: 'the client did not leave',
    isTrouble: true,
    read: (events): Reading | undefined => {
      if (isOutOfTime || whyLeft(events) !== why) return undefined
      const pair = why === 'unsaid' && { pair: unsaidLeave }
      return { value: why, words: [words], atMs: events[0]!.atMs, ...pair }
    },
  }))
}
