import { type Step, steps } from '../../language/steps.ts'
import { type Compared, isDifferent } from './compared.ts'

/**
 * What stands at a step of the journey:
 * - `done`: as in the healthy call.
 * - `broke`: it is the step that broke.
 * - `carried`: otherwise than in the healthy call because of what broke, which it honestly carried onward.
 * - `noticed`: an answer carried the failure as far as here, where the client noticed it.
 * - `unfinished`: the call came to it, and never through it.
 * - `unreached`: the call never came to it.
 * - `unused`: neither call met it on its way: an open connection needs no DNS.
 */
export type StepMark = 'done' | 'broke' | 'carried' | 'noticed' | 'unfinished' | 'unreached' | 'unused'

interface Verdict {
  readonly broke: Step | undefined
  readonly noticed: Step | undefined
  /** The client got a response: so whatever broke was carried as far as the client. */
  readonly isAnswered: boolean
}

export function marksOf(readings: readonly Compared[], verdict: Verdict): Readonly<Record<Step, StepMark>> {
  const marks = steps.map((step): [Step, StepMark] => [step, markOf(step, readings, verdict)])
  return Object.fromEntries(marks) as Record<Step, StepMark>
}

function markOf(
  step: Step,
  readings: readonly Compared[],
  { broke, isAnswered, noticed }: Verdict,
): StepMark {
  if (step === broke) return 'broke'
  const isBefore = broke !== undefined && isEarlier(step, broke)
  if (step === noticed && isAnswered && broke !== undefined && !isBefore) return 'noticed'
  const own = readings.filter((reading) => reading.step === step)
  if (own.length === 0) {
    if (isUsedLater(step, readings)) return 'unused'
    // A command is no app: behind a whole reply there is nothing in which the two calls could differ.
    return step === 'app' && passes(readings, 'reply') ? 'done' : 'unreached'
  }
  const reached = own.filter(({ broken }) => broken !== undefined)
  if (reached.length === 0) return 'unreached'
  // A border of an earlier step may lie behind the one that broke: the route ends after its statements.
  if (!isBefore && !passes(readings, step)) return 'unfinished'
  // The reply is the response on its way, also for a client that says nothing of the status.
  const carries = readings.filter((reading) => step === 'reply' && reading.step === 'response')
  return [...reached, ...carries].some(isDifferent) ? 'carried' : 'done'
}

/** The last border of the step that the healthy call reached was reached again: it did not only begin. */
function passes(readings: readonly Compared[], step: Step): boolean {
  const own = readings.filter((reading) => reading.step === step)
  const last = own.findLast(({ usual: [healthy] }) => healthy !== undefined) ?? own.at(-1)
  return last?.broken !== undefined
}

function isUsedLater(step: Step, readings: readonly Compared[]): boolean {
  return readings.some((reading) => isEarlier(step, reading.step) && reading.broken !== undefined)
}

function isEarlier(step: Step, than: Step): boolean {
  return steps.indexOf(step) < steps.indexOf(than)
}
