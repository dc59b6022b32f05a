import type { Symptom } from '../../clients/common/symptom.ts'
import type { ProcessObservation, TraceEvent } from '../../machines/shared/trace.ts'

/** One call as the parts observed it. */
export interface ObservedCall {
  readonly startedMs: number
  readonly events: readonly TraceEvent[]
  readonly symptom: Symptom
  /** The client's own limits for this call. */
  readonly limitsMs: readonly number[]
}

/** A limit explains the end of a call that took nearly as long: the clocks of two processes are read. */
const limitShare = 0.9

/** Whether it took as long as its client would wait for it, or nearly. */
export function ranOutOfTime({ limitsMs, symptom }: ObservedCall): boolean {
  return limitsMs.some((limitMs) => symptom.tookMs > limitShare * limitMs)
}

/** What may decide: where the client gave up, what came before it did. What is done afterwards is done in vain. */
export function deciding(call: ObservedCall): readonly TraceEvent[] {
  const untilMs = gaveUpMs(call) ?? Number.POSITIVE_INFINITY
  return call.events.filter((event) => {
    switch (event.machine) {
      case 'gateway':
      case 'api':
      case 'dns':
      case 'tls':
        return event.atMs <= untilMs
      case 'process':
        return isStanding(event) || event.atMs - (event.busyMs ?? 0) <= untilMs
      default:
        // Wires and the kernel tell their totals at the end, the client what it met.
        return true
    }
  })
}

/** How the process stands is looked at when the call is over. */
function isStanding({ busyMs, what }: ProcessObservation): boolean {
  return what !== 'ended' && what !== 'closing' && busyMs === undefined
}

/** When the client left because its own limit was reached; undefined where it did not. */
function gaveUpMs(call: ObservedCall): number | undefined {
  const { events, startedMs, symptom } = call
  if (symptom.kind === 'response' || !ranOutOfTime(call)) return undefined
  const failed = events.findLast((event) => event.machine === 'client' && event.what === 'failed')
  return Math.max(startedMs + symptom.tookMs, failed?.atMs ?? 0)
}
