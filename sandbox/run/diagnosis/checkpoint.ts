import type { Step } from '../../language/steps.ts'
import type { TraceEvent } from '../../machines/shared/trace.ts'
import type { Pair } from './pairs.ts'

/** What stood at one place of the journey, and when it first did (on the one clock). */
export interface Reading {
  /** What is compared. */
  readonly value: string
  /**
   * The same for people, where they should not have to read the value: one fact or several, of which only those that
   * differ are told.
   */
  readonly words?: readonly string[]
  readonly atMs: number
  /** Of what is measured and not merely so or otherwise: it differs where this has grown beyond noise. */
  readonly waitedMs?: number
  /** Where this is what differs, it tells of two steps. */
  readonly pair?: Pair
}

/**
 * A border on the call's way. `step` is the step that brings the call up to this border: where the reading
 * is the first to differ from a healthy call's, that step broke.
 */
export interface Checkpoint {
  readonly step: Step
  /** As a sentence about its lateness begins: `the DNS answer`. */
  readonly name: string
  /** As a sentence about a reading begins: `the answer was`. */
  readonly was: string
  /** The sentence about no reading: `no answer was given`. */
  readonly never: string
  /** The sentence where the words are the healthy call's too. Without it the values are told. */
  readonly otherwise?: (words: string) => string
  /** Seen by the client itself. */
  readonly fromClient?: boolean
  /** To be there at all is trouble: it says something only where the healthy call had none. */
  readonly isTrouble?: true
  readonly read: (events: readonly TraceEvent[]) => Reading | undefined
}
