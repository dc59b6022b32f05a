import type { Checkpoint, Reading } from './checkpoint.ts'

/** One border, as the healthy and the broken call reached it. */
export interface Compared extends Checkpoint {
  readonly healthy: Reading | undefined
  readonly broken: Reading | undefined
}

/** Bytes that wait longer than in the healthy call, but not by this much, wait for a busy machine. */
const waitedMinMs = 50

export function isDifferent({ broken: now, healthy: usual }: Pick<Compared, 'healthy' | 'broken'>): boolean {
  if (usual?.waitedMs === undefined && now?.waitedMs === undefined) return usual?.value !== now?.value
  return (now?.waitedMs ?? 0) - (usual?.waitedMs ?? 0) > waitedMinMs
}
