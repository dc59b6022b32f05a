import type { Step } from '../../language/steps.ts'
import type { TraceEvent } from '../../machines/shared/trace.ts'

/** What stood at one place of the journey, and when it first did (on the one clock). */
export interface Reading {
  readonly value: string
  readonly atMs: number
  /** Of what is measured and not merely so or otherwise: it differs where this has grown beyond noise. */
  readonly waitedMs?: number
}

/**
 * A border on the call's way. `step` is the step that brings the call up to this border: where the reading
 * is the first to differ from a healthy call's, that step broke.
 */
export interface Checkpoint {
  readonly step: Step
  readonly name: string
  /** Seen by the client itself. */
  readonly fromClient?: boolean
  readonly read: (events: readonly TraceEvent[]) => Reading | undefined
}
