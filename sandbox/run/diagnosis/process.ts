import type { TraceEvent } from '../../machines/shared/trace.ts'
import type { Checkpoint, Reading } from './checkpoint.ts'
import type { Pair } from './pairs.ts'
import type { Of } from './readings.ts'

/** Within this a process that is busy with other things takes its turn: it is no break. */
const busyMinMs = 200

/**
 * How long the event loop of the API did not turn while the process had something to take up: from `fromMs` on, until it
 * did, or for ever. That it does not turn when the call is over says nothing of what it had taken up by then.
 */
function busyMs(events: readonly TraceEvent[], fromMs: number, untilMs: number): number {
  let sumMs = 0
  for (const event of events) {
    if (event.machine !== 'process' || event.what !== 'busy') continue
    const { atMs } = event
    if (event.busyMs !== undefined)
      sumMs += Math.max(0, Math.min(atMs, untilMs) - Math.max(atMs - event.busyMs, fromMs))
    else if (untilMs === Number.POSITIVE_INFINITY) sumMs = untilMs
  }
  return sumMs
}

/**
 * What became of the API's process, seen from outside it, between what it had to take up and its taking it up: so what
 * it kept waiting while it was busy is not put down to the machine that it kept waiting.
 *
 * @param pair of which steps it tells where the process cannot be looked into.
 */
export function processTurn(
  find: (
    events: readonly TraceEvent[],
  ) => { readonly fromMs: number; readonly doneMs: number | undefined } | undefined,
  pair?: Pair,
): Checkpoint {
  const read = (events: readonly TraceEvent[]): Reading | undefined => {
    const found = find(events)
    if (found === undefined) return undefined
    const { doneMs, fromMs } = found
    const keptMs = busyMs(events, fromMs, doneMs ?? Number.POSITIVE_INFINITY)
    const seen = events.filter((event): event is Of<'process'> => event.machine === 'process')
    const became = seen.find(({ what }) => what === 'ended' || what === 'stopped' || what === 'closing')
    if (became !== undefined) return { value: endWords(became), atMs: fromMs }
    if (doneMs !== undefined) return { value: 'ran on', atMs: fromMs + keptMs }
    if (keptMs > busyMinMs) return { value: 'was busy', atMs: fromMs }
    return seen.length > 0 || pair === undefined
      ? { value: 'ran on', atMs: fromMs }
      : { value: 'took nothing up, and nothing tells of it', atMs: fromMs, pair }
  }
  return {
    step: 'backend',
    name: "a free turn of the API's process",
    was: "the API's process",
    never: "the API's process was not asked",
    read,
  }
}

function endWords({ code, what }: Of<'process'>): string {
  if (what === 'closing') return 'began to close'
  return what === 'ended' ? `ended (${code ?? 'nobody knows how'})` : `was ${what}`
}
