import { readFileSync } from 'node:fs'

/** Of the network namespace that the calling process is in. The file has names in one row, numbers in the next. */
export function repeats(): number {
  const rows = readFileSync('/proc/self/net/snmp', 'latin1').split('\n')
  const [names = [], numbers = []] = rows.filter((row) => row.startsWith('Tcp:')).map((row) => row.split(' '))
  return Number(numbers[names.indexOf('RetransSegs')] ?? 0)
}
