import { readFileSync } from 'node:fs'
import type { KernelCounters } from './packet-filter.ts'

/** How TCP finds out that a segment was lost: a timer ran out, a probe repaired it, or later ones arrived. */
const lossCounters = ['TCPTimeouts', 'TCPLossProbeRecovery', 'TCPFastRetrans', 'TCPSlowStartRetrans']

/** TCP_TIME_WAIT and TCP_LISTEN (Linux, include/net/tcp_states.h): nothing is under way in these. */
const quietStates = ['06', '0A']

/** Of the network namespace that the calling process is in. */
export function counters(): KernelCounters {
  const tcp = table('/proc/self/net/snmp', 'Tcp:')
  const extended = table('/proc/self/net/netstat', 'TcpExt:')
  const losses = lossCounters.reduce((sum, name) => sum + (extended.get(name) ?? 0), 0)
  return { retransmitted: tcp.get('RetransSegs') ?? 0, losses }
}

export function lingering(address: string, port: number): number {
  const octets = address.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'))
  const end = `${octets.reverse().join('')}:${port.toString(16).padStart(4, '0')}`.toUpperCase()
  const rows = readFileSync('/proc/self/net/tcp', 'latin1').split('\n')
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter(
      ([, local, remote, state = '']) => (local === end || remote === end) && !quietStates.includes(state),
    ).length
}

/** These files have names in one row and the numbers in the next, under the same first word (proc(5)). */
function table(path: string, word: string): ReadonlyMap<string, number> {
  const rows = readFileSync(path, 'latin1').split('\n')
  const [names = [], numbers = []] = rows.filter((row) => row.startsWith(word)).map((row) => row.split(' '))
  return new Map(names.map((name, index) => [name, Number(numbers[index])]))
}
