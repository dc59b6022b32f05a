import type { TraceEvent } from '../../machines/shared/trace.ts'
import type { Checkpoint } from './checkpoint.ts'

/**
 * Whether it was the gateway that gave up: it waited for the API no longer than a healthy call takes. Had the API been
 * late, the step would be another's, which kept it waiting.
 *
 * @param noiseMs what is no lateness yet.
 */
export function impatience(noiseMs: number): Checkpoint['read'] {
  return (events: readonly TraceEvent[]) => {
    const gateway = events.filter((event) => event.machine === 'gateway')
    const asked = gateway.find(({ what }) => what === 'handed-on')
    const gaveUp = gateway.find(({ code, what }) => what === 'upstream-failed' && code === 'ETIMEDOUT')
    if (asked === undefined || gaveUp === undefined) return undefined
    const waitedMs = gaveUp.atMs - asked.atMs
    if (waitedMs > noiseMs) return undefined
    return { value: `after ${Math.round(waitedMs)} ms`, atMs: gaveUp.atMs }
  }
}
