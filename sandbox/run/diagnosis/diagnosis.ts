import type { Step } from '../../language/steps.ts'
import { because } from './because.ts'
import { checkpointsOf } from './checkpoints.ts'
import { type Compared, isDifferent, isIdle } from './compared.ts'
import { latest, noiseMs } from './lateness.ts'
import { marksOf, type StepMark } from './marks.ts'
import { deciding, type ObservedCall, ranOutOfTime } from './observed-call.ts'

export interface Diagnosis {
  /** The step that broke; undefined when nothing differs from the healthy call. */
  readonly broke: Step | undefined
  /** The other step of a reviewed pair, where what was observed is the same of both. */
  readonly orElse?: Step
  /** Where the client noticed; undefined when it noticed nothing. */
  readonly noticed: Step | undefined
  /** The observation that decided, healthy against broken, in words. */
  readonly because: string
  readonly marks: Readonly<Record<Step, StepMark>>
}

/** The client's own calls before the fault and, where the run came so far, after healing. */
export type HealthyCalls = readonly [ObservedCall, ...ObservedCall[]]

/**
 * How many of the healthy calls are compared by what stood at each border, not only by when it was reached. Over an open
 * connection that is the first: what became of a broken one is told in the call after healing too.
 */
export type Valued = 1 | 2

/**
 * Works out which step broke from healthy and broken calls alone: it walks the journey border by border,
 * and the first that differs names the step that should have brought the call there. Where nothing differs, or
 * the client ran out of time, the border that was reached much too late decides.
 */
export function diagnose(healthy: HealthyCalls, broken: ObservedCall, valued: Valued = 2): Diagnosis {
  const readings = readingsOf(healthy, broken, valued)
  const differs = readings.findIndex(isDifferent)
  const late = latest(readings, healthy, broken)
  // What differs speaks for itself; lateness explains a client that ran out of time on its way there.
  const counts = differs === -1 || (ranOutOfTime(broken) && late !== undefined && late.index <= differs)
  const at = counts ? late : undefined
  const decisive = readings[at?.index ?? differs]
  const broke = decisive?.step
  const { pair } = at === undefined ? (decisive?.broken ?? {}) : {}
  const orElse = pair?.steps.find((step) => step !== broke)
  const noticed = noticedStep(broken)
  return {
    broke,
    ...(orElse === undefined ? {} : { orElse }),
    noticed,
    because:
      decisive === undefined
        ? 'nothing differs from the healthy call'
        : at !== undefined && at.index !== differs
          ? `${decisive.name} came ${Math.round(at.lateMs)} ms later than in the healthy call`
          : because(decisive, decisive.usual[0], decisive.broken),
    marks: marksOf(readings, { broke, noticed, isAnswered: broken.symptom.kind === 'response' }),
  }
}

/** Every border that says something, in the order of the journey. */
function readingsOf(healthy: HealthyCalls, broken: ObservedCall, valued: Valued): readonly Compared[] {
  const [first, ...further] = healthy.map(deciding) as [ReturnType<typeof deciding>]
  const now = deciding(broken)
  const isOutOfTime = ranOutOfTime(broken)
  return checkpointsOf({ healthy: [first, ...further], broken: now, noiseMs: noiseMs(healthy), isOutOfTime })
    .map(
      (checkpoint): Compared => ({
        ...checkpoint,
        usual: [checkpoint.read(first), ...further.map((events) => checkpoint.read(events))],
        valued,
        broken: checkpoint.read(now),
      }),
    )
    .filter((reading) => !isIdle(reading))
}

/**
 * Of a call that the app tried again and again: the first attempt that differs tells what broke, and where the app
 * noticed it. A later one may be as healthy as ever.
 */
export function diagnoseAttempts(
  healthy: HealthyCalls,
  attempts: readonly ObservedCall[],
  valued?: Valued,
): Diagnosis {
  const all = attempts.map((attempt) => diagnose(healthy, attempt, valued))
  const index = Math.max(
    0,
    all.findIndex(({ broke }) => broke !== undefined),
  )
  const diagnosis = all[index]!
  if (attempts.length === 1) return diagnosis
  return { ...diagnosis, because: `attempt ${index + 1} of ${attempts.length}: ${diagnosis.because}` }
}

/**
 * Where the client was when it learned that something is wrong: the stage of its own it had begun and not
 * finished. A response that came whole but says 4xx or 5xx is noticed by the app.
 */
function noticedStep(call: ObservedCall): Step | undefined {
  const { symptom } = call
  if (symptom.kind === 'response') return (symptom.status ?? 0) >= 400 ? 'app' : undefined
  const seen = new Set(call.events.map((event) => (event.machine === 'client' ? event.what : undefined)))
  if (!seen.has('request')) return 'request'
  if (seen.has('body')) return 'app'
  if (seen.has('head') || seen.has('sent')) return 'reply'
  if (seen.has('connected')) return seen.has('secured') ? 'reply' : 'tls'
  if (seen.has('connect')) return 'network'
  if (seen.has('lookup')) return 'dns'
  // Python says nothing of its stages: then it is not known.
  return undefined
}
