import { createHash } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * Where this run's processes live, in 8 characters. Other hosts and containers may use the same database
 * server or container engine, and whether their processes live cannot be seen from here: what a run leaves
 * there carries this, and only our own is looked at.
 */
export function machineId(): string {
  const space = process.platform === 'linux' ? readlinkSync('/proc/self/ns/pid') : ''
  return createHash('sha256').update(`${hostname()} ${space}`).digest('hex').slice(0, 8)
}
