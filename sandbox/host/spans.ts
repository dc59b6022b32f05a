import { writeFileSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { nowMs } from './clock.ts'

/** A stretch of the runner's time, on the one clock. They overlap: parts start side by side. */
export interface Span {
  readonly name: string
  readonly startMs: number
  readonly endMs: number
}

const spans: Span[] = []

/** When this process began, on the one clock. */
export const processStartMs = nowMs() - performance.now()

/** Notes how long `work` took, under a name that the start-up benchmark prints. */
export async function timed<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const startMs = nowMs()
  try {
    return await work()
  } finally {
    spanned(name, startMs)
  }
}

export function spanned(name: string, startMs: number): void {
  spans.push({ name, startMs, endMs: nowMs() })
}

/** Leaves the spans for the benchmark, where it asked for them. */
export function writeBudget(): void {
  const file = process.env['FAULTPATH_BUDGET'] ?? ''
  if (isAbsolute(file)) writeFileSync(file, JSON.stringify(spans))
}
