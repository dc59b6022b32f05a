import { readFileSync } from 'node:fs'

/** TCP_TIME_WAIT and TCP_LISTEN (Linux, include/net/tcp_states.h): nothing is under way in these. */
const quietStates = ['06', '0A']

/** Of the network namespace that the calling process is in. The file has names in one row, numbers in the next. */
export function repeats(): number {
  const rows = readFileSync('/proc/self/net/snmp', 'latin1').split('\n')
  const [names = [], numbers = []] = rows.filter((row) => row.startsWith('Tcp:')).map((row) => row.split(' '))
  return Number(numbers[names.indexOf('RetransSegs')] ?? 0)
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
