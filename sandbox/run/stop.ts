import type { Outcome } from './outcome.ts'

/** The run stops here: a problem and what it makes of the run. */
export class Stop extends Error {
  readonly outcome: Outcome
  constructor(outcome: Outcome, message: string) {
    super(message)
    this.outcome = outcome
  }
}
