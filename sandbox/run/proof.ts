import type { Evidence } from '../machines/shared/breakable.ts'
import type { Plan } from '../machines/table.ts'
import type { ClientRun } from './client-run.ts'

/** Where a call that met a state of this machine must have been before. */
const lastBefore = {
  api: { machine: 'gateway', what: 'request' },
  database: { machine: 'api', what: 'query' },
  'database-wire': { machine: 'api', what: 'query' },
} as const

/**
 * How often one client met the fault. Where several called side by side and the machine cannot tell them apart,
 * there must have been enough for all of them, and this one must have come as far as the machine.
 */
export function firedFor(
  { broken, seat }: Pick<ClientRun, 'broken' | 'seat'>,
  point: Plan['point'],
  { fired, ofDoor }: Evidence,
  clients: number,
): number {
  if (clients === 1) return fired
  if (ofDoor !== undefined) return ofDoor(seat.id)
  const before = point in lastBefore ? lastBefore[point as keyof typeof lastBefore] : undefined
  const hasAttempted = broken?.some(({ events }) =>
    events.some(({ machine, what }) => machine === before?.machine && what === before.what),
  )
  return hasAttempted ? Math.floor(fired / clients) : 0
}
