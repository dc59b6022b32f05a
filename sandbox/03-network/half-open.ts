import { fault } from '../language/fault.ts'

/**
 * The far end forgot the connection (it restarted, a NAT entry expired) while the client still holds it open.
 *
 * The next request on it is answered with a RST. The app may retry what is safe to send twice.
 *
 * - State: every open connection is half-open; new ones work. Meant for `call: { connection: 'warm' }`.
 * - Seen: `ECONNRESET`, syscall `read`, at once; on a new connection nothing.
 * - Source: RFC 9293 §3.5.1 (half-open connections).
 */
export const halfOpen = fault({
  step: 'network',
  name: 'half-open',
  summary: () => 'half-open: the far end forgot the open connections',
  parameters: {},
  plan: () => ({ point: 'front-wire', state: { kind: 'open-struck', strike: 'forget' } }),
})
