import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'
import type { WireVerdict } from '../machines/wire/wire-points.ts'

/**
 * The connection is made, then reset: a firewall, a full load balancer, a process that died.
 *
 * The request did not get through, so the app may retry.
 *
 * - `at`: `accept` (at once), `hello` (when the client's first bytes come) or `request` (TLS is done for the
 *   client, and it sends its request).
 * - Seen: `ECONNRESET`, syscall `read`; at `accept` it may also meet the client while it connects or writes.
 * - Source: RFC 9293 §3.5.2 (reset generation); RFC 8446 §2 (the client's second flight).
 */
export const resetOnConnect = fault({
  step: 'network',
  name: 'reset-on-connect',
  summary: ({ at }) => `reset-on-connect: RST at ${at}`,
  parameters: { at: oneOf(['accept', 'hello', 'request'], { default: 'hello' }) },
  plan: ({ at }) => {
    const verdicts: Record<typeof at, WireVerdict> = {
      accept: { kind: 'reset' },
      hello: { kind: 'reset', from: 'client' },
      request: { kind: 'reset', from: 'client', turn: 2 },
    }
    return { point: 'front-wire', rules: [{ match: {}, verdict: verdicts[at] }] }
  },
})
