import type { GatewayObservation, TraceEvent } from '../../machines/shared/trace.ts'
import type { Checkpoint } from './checkpoint.ts'

/** With these the gateway first speaks of a request. One that its parser refuses has no head to tell of. */
const begins: readonly GatewayObservation['what'][] = ['request', 'received', 'handed-on', 'own-answer']

/** The requests that came to the gateway, by their ids, in their order. */
export function requestsOf(events: readonly TraceEvent[]): readonly string[] {
  const ids = events.flatMap((event) =>
    event.machine === 'gateway' && begins.includes(event.what) ? [event.request] : [],
  )
  return [...new Set(ids)]
}

/**
 * Of gateway and API only what belongs to one request of the call, and all that others saw. So what the API still does
 * for an earlier call is left out too.
 */
export function requestEvents(index: number, events: readonly TraceEvent[]): readonly TraceEvent[] {
  const id = requestsOf(events)[index]
  return events.filter((event) => !('request' in event) || event.request === id)
}

/**
 * The border as one request of the call came to it. A call has several where a browser asks beforehand, where a client
 * tries again by itself, and where it follows a redirect.
 *
 * @param index which of them: 0 for the first.
 */
export function ofRequest(index: number, checkpoint: Checkpoint): Checkpoint {
  const read: Checkpoint['read'] = (events) => checkpoint.read(requestEvents(index, events))
  if (index === 0) return { ...checkpoint, read }
  const place = `of request ${index + 1} of the call: `
  const { name, never, was } = checkpoint
  return { ...checkpoint, read, name: `${place}${name}`, was: `${place}${was}`, never: `${place}${never}` }
}

const redirects: readonly number[] = [301, 302, 303, 307, 308]

function redirectsOf(events: readonly TraceEvent[]): readonly TraceEvent[] {
  return events.filter(
    (event) => event.machine === 'gateway' && event.what === 'left' && redirects.includes(event.status ?? 0),
  )
}

/**
 * Behind a redirect that the healthy call did not get, the client asks again, and perhaps elsewhere: what it does there
 * tells nothing of the way that its own request went.
 */
export function beforeRedirect(healthy: readonly TraceEvent[], checkpoint: Checkpoint): Checkpoint {
  const usual = redirectsOf(healthy).length
  const read: Checkpoint['read'] = (events) => {
    const untilMs = redirectsOf(events)[usual]?.atMs ?? Number.POSITIVE_INFINITY
    const opened = new Set<string>()
    return checkpoint.read(
      events.filter((event) => {
        if (event.machine === 'kernel') return true
        if (event.machine !== 'wire') return event.atMs <= untilMs
        // A wire tells the totals of a connection when it closes.
        const connection = `${event.wire} ${event.connection}`
        if (event.atMs <= untilMs) opened.add(connection)
        return opened.has(connection)
      }),
    )
  }
  return { ...checkpoint, read }
}
