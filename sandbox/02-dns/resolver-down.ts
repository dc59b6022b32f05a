import { fault } from '../language/fault.ts'

/**
 * The resolver is down: no process listens on its port, and the kernel says so at once.
 *
 * The app may retry once the resolver is back. Every name fails, not only this one.
 *
 * - Answer: ICMP "port unreachable" over UDP, a refused connection over TCP.
 * - Seen: `EAI_AGAIN`, syscall `getaddrinfo`, at once (`ECONNREFUSED`, but `queryA`, in the portable world: it is
 *   the resolver that refuses, not the API).
 * - Source: RFC 1122 §3.2.2.1 and §4.1.3.3 (port unreachable).
 */
export const resolverDown = fault({
  step: 'dns',
  name: 'resolver-down',
  summary: () => 'the DNS port is closed',
  parameters: {},
  plan: () => ({ point: 'dns', state: { kind: 'closed' } }),
})
