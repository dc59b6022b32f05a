import type { Checkpoint, Reading } from './checkpoint.ts'

/** One border, as the healthy calls and the broken one reached it. */
export interface Compared extends Checkpoint {
  /** Before the fault, and after healing where there is such a call. */
  readonly usual: readonly [Reading | undefined, ...(Reading | undefined)[]]
  /** How many of these are compared by what stood there. The others only say how long it takes. */
  readonly valued: number
  readonly broken: Reading | undefined
}

/** Says nothing: absent in all calls, or a trouble that a healthy call came through as well. */
export function isIdle({ broken, isTrouble, usual, valued }: Compared): boolean {
  const isUsual = usual.slice(0, valued).some((reading) => reading !== undefined)
  return isTrouble ? isUsual || broken === undefined : !isUsual && broken === undefined
}

/** Bytes that wait longer than in the healthy call, but not by this much, wait for a busy machine. */
const waitedMinMs = 120

/**
 * Whether the broken call is like neither healthy one. What stands otherwise in each of those differs by nature: then it
 * only matters whether it is there.
 */
export function isDifferent({
  broken: now,
  usual,
  valued,
}: Pick<Compared, 'usual' | 'valued' | 'broken'>): boolean {
  const values = new Set(usual.slice(0, valued).map((reading) => reading?.value))
  if (now?.waitedMs !== undefined || usual.some((reading) => reading?.waitedMs !== undefined)) {
    const usualMs = Math.max(...usual.map((reading) => reading?.waitedMs ?? 0))
    return (now?.waitedMs ?? 0) - usualMs > waitedMinMs
  }
  if (values.has(now?.value)) return false
  const differsByNature = values.size - Number(values.has(undefined)) > 1
  return now === undefined || !differsByNature
}
