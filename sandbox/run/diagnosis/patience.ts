import type { TraceEvent } from '../../machines/shared/trace.ts'
import type { Checkpoint, Reading } from './checkpoint.ts'

function sinceAskedMs(
  events: readonly TraceEvent[],
  isEnd: (event: Extract<TraceEvent, { machine: 'gateway' }>) => boolean,
): number | undefined {
  const asked = events.find((event) => event.machine === 'gateway' && event.what === 'handed-on')
  const ended = events.find((event) => event.machine === 'gateway' && isEnd(event))
  return asked && ended && ended.atMs - asked.atMs
}

/**
 * Whether it was the gateway that gave up: it waited for the API no longer than the API takes when all is well. Had the
 * API been late, the step would be another's, which kept it waiting.
 *
 * @param healthy of each healthy call what belongs to this request.
 * @param noiseMs what is no lateness yet.
 */
export function impatience(healthy: readonly (readonly TraceEvent[])[], noiseMs: number): Checkpoint['read'] {
  const usualMs = Math.max(
    0,
    ...healthy.map((events) => sinceAskedMs(events, ({ what }) => what === 'upstream-response') ?? 0),
  )
  return (events): Reading | undefined => {
    const waitedMs = sinceAskedMs(
      events,
      ({ code, what }) => what === 'upstream-failed' && code === 'ETIMEDOUT',
    )
    if (waitedMs === undefined || waitedMs - usualMs > noiseMs) return undefined
    return { value: `after ${Math.round(waitedMs)} ms`, atMs: events[0]!.atMs }
  }
}
