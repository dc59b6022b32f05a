import type { Compared } from './compared.ts'
import type { ObservedCall } from './observed-call.ts'

/** Lateness below this, and below what a healthy call took in all beside it, is the noise of a busy machine. */
const lateMinMs = 200

/** How late something must be at least, against healthy calls, to be late. */
export function noiseMs(healthy: readonly ObservedCall[]): number {
  return lateMinMs + Math.min(...tookMs(healthy))
}

function tookMs(healthy: readonly ObservedCall[]): number[] {
  return healthy.map(({ symptom }) => symptom.tookMs)
}

/** A border that was reached late. */
export interface Late {
  readonly index: number
  readonly lateMs: number
}

/**
 * The border that the call reached latest, compared with the healthy calls, if that accounts for much of the
 * broken call. What comes before the first question to the DNS server is the start of the client's process,
 * whose time says nothing.
 */
export function latest(
  readings: readonly Compared[],
  healthy: readonly ObservedCall[],
  broken: ObservedCall,
): Late | undefined {
  let worst: Late | undefined
  const lateMs = healthy.map((_, call) => latenessMs(readings, call))
  for (const index of readings.keys()) {
    const late = Math.min(...lateMs.flatMap((borders) => borders[index] ?? []))
    if (Number.isFinite(late) && late > (worst?.lateMs ?? noiseMs(healthy))) worst = { index, lateMs: late }
  }
  const extraMs = broken.symptom.tookMs - Math.max(...tookMs(healthy))
  return worst !== undefined && worst.lateMs > extraMs / 2 ? worst : undefined
}

/** How much later than in one of the healthy calls each border came, counted from the border before it. */
function latenessMs(readings: readonly Compared[], call: number): readonly (number | undefined)[] {
  let before: { readonly usualMs: number; readonly nowMs: number } | undefined
  return readings.map(({ broken: now, fromClient, usual: { [call]: usual } }) => {
    if (usual === undefined || now === undefined || (before === undefined && fromClient)) return undefined
    // What was reached before an earlier border was not waited for, in either call.
    const since = before ?? { usualMs: usual.atMs, nowMs: now.atMs }
    const lateMs = Math.max(0, now.atMs - since.nowMs) - Math.max(0, usual.atMs - since.usualMs)
    before = { usualMs: Math.max(since.usualMs, usual.atMs), nowMs: Math.max(since.nowMs, now.atMs) }
    return lateMs
  })
}
