import type { Checkpoint, Reading } from './checkpoint.ts'

/** One border, as the healthy and the broken call reached it. */
export interface Compared extends Checkpoint {
  readonly healthy: Reading | undefined
  readonly broken: Reading | undefined
}

/** Says nothing: absent in both calls, or a trouble that the healthy call came through as well. */
export function isIdle({ broken, healthy, isTrouble }: Compared): boolean {
  return isTrouble ? healthy !== undefined || broken === undefined : (healthy ?? broken) === undefined
}

/** Bytes that wait longer than in the healthy call, but not by this much, wait for a busy machine. */
const waitedMinMs = 120

export function isDifferent({ broken: now, healthy: usual }: Pick<Compared, 'healthy' | 'broken'>): boolean {
  if (usual?.waitedMs === undefined && now?.waitedMs === undefined) return usual?.value !== now?.value
  return (now?.waitedMs ?? 0) - (usual?.waitedMs ?? 0) > waitedMinMs
}
