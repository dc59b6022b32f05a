import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'
import type { WireVerdict } from '../machines/wire/wire-points.ts'

/**
 * The connection is made, then nothing more comes: a stopped process, or one that never reads.
 *
 * Only the app's own timeout ends the wait. Whether the request was processed, it cannot know.
 *
 * - `at`: `accept` (at once), `hello` (when the client's first bytes come) or `request` (TLS is done for the
 *   client, and it sends its request).
 * - Seen: before TLS a connect timeout (`UND_ERR_CONNECT_TIMEOUT`), after it only the limit of the whole call.
 * - Source: listen(2) (the kernel accepts for the process); RFC 8446 §2 (the client's second flight).
 */
export const acceptThenSilence = fault({
  step: 'network',
  name: 'accept-then-silence',
  summary: ({ at }) => `accept-then-silence: nothing more from ${at} on`,
  parameters: { at: oneOf(['accept', 'hello', 'request'], { default: 'accept' }) },
  plan: ({ at }) => {
    const verdicts: Record<typeof at, WireVerdict> = {
      accept: { kind: 'silence' },
      hello: { kind: 'silence', from: 'client' },
      request: { kind: 'silence', from: 'client', turn: 2 },
    }
    return { point: 'front-wire', rules: [{ match: {}, verdict: verdicts[at] }] }
  },
})
