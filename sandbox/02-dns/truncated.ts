import { type Fault, fault } from '../language/fault.ts'
import { hostName, oneOf } from '../language/parameters.ts'

/**
 * The answer is too long for UDP, and the way over TCP, which the client then takes, is broken.
 *
 * The app cannot repair it: a firewall that knows only "DNS is UDP", or a resolver without TCP. A stall has no limit
 * in glibc: only the app's own time limit ends the wait, and Python has none for names.
 *
 * - `name`: the host name with the long answer.
 * - `tcp`: what becomes of TCP. `refused`: its port is closed; `reset`, `end`: the connection ends with a RST, a FIN
 *   instead of an answer; `stall`: it is never answered.
 * - Answer: over UDP NOERROR, no records, TC=1.
 * - Seen: `EAI_AGAIN`, syscall `getaddrinfo` (`ECONNREFUSED`, `queryA` in the portable world), or a hang.
 * - Source: RFC 7766 §5 (TCP is not optional); RFC 2181 §9.
 */
export const truncated = fault({
  step: 'dns',
  name: 'truncated',
  summary: ({ name, tcp }) => `answer for ${name} truncated, TCP ${tcp}`,
  parameters: {
    name: hostName({ default: 'api.example.test' }),
    tcp: oneOf(['refused', 'reset', 'end', 'stall'], { default: 'refused' }),
  },
  plan: ({ name, tcp }): Fault['plan'] => {
    const truncate = {
      match: { name, transport: 'udp' },
      verdict: { kind: 'answer', records: [], flags: { tc: 1 } },
    } as const
    if (tcp === 'refused') return { point: 'dns', rules: [truncate], state: { kind: 'tcp-closed' } }
    const kind = tcp === 'stall' ? 'drop' : tcp
    return { point: 'dns', rules: [truncate, { match: { name, transport: 'tcp' }, verdict: { kind } }] }
  },
})
