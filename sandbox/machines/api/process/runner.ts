import { nowMs } from '../../../host/clock.ts'
import type { ApiObservation, TraceEvent } from '../../shared/trace.ts'
import type { FromApi } from './messages.ts'

/** Resolves once the operating system has the message: from then on it survives this process. */
export function tellRunner(message: FromApi): Promise<void> {
  return new Promise((resolve) => {
    // The channel is gone only when the runner is; this process is about to end then.
    if (process.send === undefined || !process.connected) resolve()
    else process.send(message, undefined, undefined, () => resolve())
  })
}

let batch: TraceEvent[] = []

/**
 * Notes what just happened. What one turn of the event loop sees goes out in one message at its end, so that
 * observing does not slow down what is observed.
 */
export function observe(observation: Omit<ApiObservation, 'machine'>): void {
  if (batch.length === 0) setImmediate(sendBatch)
  batch.push({ machine: 'api', ...observation, atMs: nowMs(), door: doorOf(observation.request) })
}

/** Sends what was observed so far. Needed before the event loop stops turning. */
export function sendBatch(): Promise<void> {
  if (batch.length === 0) return Promise.resolve()
  const events = batch
  batch = []
  return tellRunner({ kind: 'trace', events })
}

/** The part of a request id before its last dot names the front door the request came through. */
export function doorOf(requestId: string): string {
  return requestId.slice(0, Math.max(0, requestId.lastIndexOf('.')))
}
