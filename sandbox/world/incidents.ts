import { machineRefusal } from '../errors/machine-refusal.ts'
import { nowMs } from '../host/clock.ts'
import type { Observe, TraceEvent } from '../machines/shared/trace.ts'

/** A part that ended unasked. */
export interface Death {
  readonly part: string
  readonly detail: string
}

/** What happens to a sandbox unasked, and which seats listen to what its shared machines observe. */
export class Incidents {
  readonly deaths: Death[] = []
  readonly bugs: Error[] = []
  readonly listeners = new Map<string, (event: TraceEvent) => void>()
  /** Aborted when the sandbox closes. */
  readonly closing = new AbortController()

  /** For machines that all doors share: every client that is calling may have caused what they see. */
  readonly observeShared: Observe = (observation, atMs = nowMs()) => {
    for (const [door, listener] of this.listeners) listener({ ...observation, atMs, door })
  }

  /** What a machine did not expect: what the host refused it, or else a bug of ours. */
  failed(error: Error): void {
    const refusal = machineRefusal(error)
    if (refusal === undefined) this.bugs.push(error)
    else this.died('a machine of the sandbox', refusal.message)
  }

  died(part: string, detail: string): void {
    if (!this.closing.signal.aborted) this.deaths.push({ part, detail })
  }
}
