import { fault } from '../language/fault.ts'

/**
 * Packets to the server vanish: no answer comes, and no refusal. The connection is never made.
 *
 * The app waits until its own connect timeout; without one, until the kernel gives up (134 s on Linux).
 *
 * - State: the port's accept queue is full, so the kernel drops every further SYN.
 * - Seen: `TypeError: fetch failed`, cause `UND_ERR_CONNECT_TIMEOUT`; with a firewall the picture is the same.
 * - Source: listen(2) (backlog), tcp(7) (tcp_syn_retries, tcp_abort_on_overflow).
 */
export const synDrop = fault({
  step: 'network',
  name: 'syn-drop',
  summary: () => 'syn-drop: no SYN is answered',
  parameters: {},
  plan: () => ({ point: 'front-wire', state: { kind: 'backlog-full' } }),
})
