import type { Symptom } from '../../clients/common/symptom.ts'
import type { Step } from '../../language/steps.ts'
import type { TraceEvent } from '../../machines/shared/trace.ts'
import { because } from './because.ts'
import { checkpointsOf } from './checkpoints.ts'
import { type Compared, isDifferent } from './compared.ts'
import { marksOf, type StepMark } from './marks.ts'

/** One call as the parts observed it. */
export interface ObservedCall {
  readonly startedMs: number
  readonly events: readonly TraceEvent[]
  readonly symptom: Symptom
  /** The client's own limits for this call. */
  readonly limitsMs: readonly number[]
}

export interface Diagnosis {
  /** The step that broke; undefined when nothing differs from the healthy call. */
  readonly broke: Step | undefined
  /** Where the client noticed; undefined when it noticed nothing. */
  readonly noticed: Step | undefined
  /** The observation that decided, healthy against broken, in words. */
  readonly because: string
  readonly marks: Readonly<Record<Step, StepMark>>
}

/** Lateness below this, and below what the healthy call took in all beside it, is the noise of a busy machine. */
const lateMinMs = 200

/**
 * Works out which step broke from a healthy and a broken call alone: it walks the journey border by border,
 * and the first that differs names the step that should have brought the call there. Where nothing differs, or
 * the client ran out of time, the border that was reached much too late decides.
 */
export function diagnose(healthy: ObservedCall, broken: ObservedCall): Diagnosis {
  const readings = checkpointsOf(healthy.events, broken.events)
    .map((checkpoint) => ({
      ...checkpoint,
      healthy: checkpoint.read(healthy.events),
      broken: checkpoint.read(broken.events),
    }))
    .filter((reading) => reading.healthy !== undefined || reading.broken !== undefined)
  const differs = readings.findIndex(isDifferent)
  const late = latest(readings, healthy, broken)
  const ranOutOfTime = broken.limitsMs.some((limitMs) => broken.symptom.tookMs > 0.9 * limitMs)
  // What differs speaks for itself; lateness explains a client that ran out of time on its way there.
  const counts = differs === -1 || (ranOutOfTime && late !== undefined && late.index <= differs)
  const at = counts ? late : undefined
  const decisive = readings[at?.index ?? differs]
  const broke = decisive?.step
  const noticed = noticedStep(broken)
  return {
    broke,
    noticed,
    because:
      decisive === undefined
        ? 'nothing differs from the healthy call'
        : at !== undefined && at.index !== differs
          ? `${decisive.name} came ${Math.round(at.lateMs)} ms later than in the healthy call`
          : because(decisive, decisive.healthy, decisive.broken),
    marks: marksOf(readings, { broke, noticed, isAnswered: broken.symptom.kind === 'response' }),
  }
}

/**
 * Of a call that the app tried again and again: the first attempt that differs tells what broke, and where the app
 * noticed it. A later one may be as healthy as ever.
 */
export function diagnoseAttempts(healthy: ObservedCall, attempts: readonly ObservedCall[]): Diagnosis {
  const all = attempts.map((attempt) => diagnose(healthy, attempt))
  const index = Math.max(
    0,
    all.findIndex(({ broke }) => broke !== undefined),
  )
  const diagnosis = all[index]!
  if (attempts.length === 1) return diagnosis
  return { ...diagnosis, because: `attempt ${index + 1} of ${attempts.length}: ${diagnosis.because}` }
}

/**
 * The border that the call reached latest, compared with the healthy call, if that accounts for much of the
 * broken call. What comes before the first question to the DNS server is the start of the client's process,
 * whose time says nothing.
 */
function latest(readings: readonly Compared[], healthy: ObservedCall, broken: ObservedCall) {
  let worst: { readonly index: number; readonly lateMs: number } | undefined
  let before: { readonly healthyMs: number; readonly brokenMs: number } | undefined
  const noiseMs = lateMinMs + healthy.symptom.tookMs
  for (const [index, { fromClient, healthy: usual, broken: now }] of readings.entries()) {
    if (usual === undefined || now === undefined || (before === undefined && fromClient)) continue
    if (before !== undefined) {
      // What was reached before an earlier border was not waited for, in either call.
      const usualMs = Math.max(0, usual.atMs - before.healthyMs)
      const lateMs = Math.max(0, now.atMs - before.brokenMs) - usualMs
      if (lateMs > (worst?.lateMs ?? noiseMs)) worst = { index, lateMs }
    }
    before = {
      healthyMs: Math.max(before?.healthyMs ?? 0, usual.atMs),
      brokenMs: Math.max(before?.brokenMs ?? 0, now.atMs),
    }
  }
  const extraMs = broken.symptom.tookMs - healthy.symptom.tookMs
  return worst !== undefined && worst.lateMs > extraMs / 2 ? worst : undefined
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
