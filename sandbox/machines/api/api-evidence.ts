import { readFile } from 'node:fs/promises'
import type { Evidence } from '../shared/breakable.ts'
import { countOf, wasOf } from '../shared/evidence-words.ts'

/**
 * Evidence of a stopped process: connections to its port with bytes that it has not read. It is the kernel's
 * own view (proc(5), /proc/net/tcp: st, rx_queue), so it exists on Linux only.
 */
export async function evidenceOfUnread(port: number): Promise<Evidence> {
  const table = await readFile('/proc/net/tcp', 'latin1').catch(() => '')
  const portHex = port.toString(16).toUpperCase().padStart(4, '0')
  // 01 ESTABLISHED; 08 CLOSE_WAIT: the other side gave up meanwhile. A FIN alone counts as one byte.
  const row = new RegExp(`^ *\\d+: [0-9A-F]{8}:${portHex} \\S+ 0[18] [0-9A-F]{8}:(?!0000000[01])`, 'gm')
  const fired = [...table.matchAll(row)].length
  return { fired, text: `the process stood still, ${countOf(fired, 'request')} ${wasOf(fired)} not read` }
}
