import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'
import type { WireVerdict } from '../machines/wire/wire-points.ts'

/**
 * The connection is made, then ended politely (FIN): a proxy without a backend, a port of another service.
 *
 * The request did not get through, so the app may retry.
 *
 * - `at`: `accept` (at once), `hello` (when the client's first bytes come) or `request` (TLS is done for the
 *   client, and it sends its request).
 * - Seen: before TLS `ECONNRESET` without a syscall, "Client network socket disconnected before secure TLS
 *   connection was established"; then `UND_ERR_SOCKET` "other side closed", `socket hang up`.
 * - Source: RFC 9293 §3.6 (closing); RFC 8446 §2 (the client's second flight).
 */
export const closedOnConnect = fault({
  step: 'network',
  name: 'closed-on-connect',
  summary: ({ at }) => `closed-on-connect: FIN at ${at}`,
  parameters: { at: oneOf(['accept', 'hello', 'request'], { default: 'hello' }) },
  plan: ({ at }) => {
    const verdicts: Record<typeof at, WireVerdict> = {
      accept: { kind: 'cut' },
      hello: { kind: 'cut', from: 'client' },
      request: { kind: 'cut', from: 'client', turn: 2 },
    }
    return { point: 'front-wire', rules: [{ match: {}, verdict: verdicts[at] }] }
  },
})
