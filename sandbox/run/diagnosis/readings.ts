import type { TraceEvent } from '../../machines/shared/trace.ts'
import type { Checkpoint } from './checkpoint.ts'

/** The observations of one machine. */
export type Of<Machine extends TraceEvent['machine']> = Extract<TraceEvent, { machine: Machine }>

export interface Gathering<Machine extends TraceEvent['machine']> {
  /** In the order of the call, or each once and sorted where that order is chance. */
  readonly order?: 'as seen' | 'sorted'
  /** Which of them says when the border was reached. */
  readonly reached?: 'first' | 'last'
  /** What to tell people of those that were picked. */
  readonly words?: (events: readonly Of<Machine>[]) => readonly string[]
}

/** Joins the values of all events of one machine that `pick` answers for. */
export function gather<Machine extends TraceEvent['machine']>(
  machine: Machine,
  pick: (event: Of<Machine>, events: readonly TraceEvent[]) => string | undefined,
  { order = 'as seen', reached = 'first', words }: Gathering<Machine> = {},
): Checkpoint['read'] {
  return (events) => {
    const values: string[] = []
    const picked: Of<Machine>[] = []
    for (const event of events) {
      if (event.machine !== machine) continue
      const value = pick(event as Of<Machine>, events)
      if (value === undefined) continue
      picked.push(event as Of<Machine>)
      if (order === 'as seen' || !values.includes(value)) values.push(value)
    }
    const atMs = picked.at(reached === 'last' ? -1 : 0)?.atMs
    if (atMs === undefined) return undefined
    return {
      value: (order === 'sorted' ? values.sort() : values).join(', '),
      ...(words === undefined ? {} : { words: words(picked) }),
      atMs,
    }
  }
}

/** Before the gateway has answered, what the wire carries towards the client is the handshake. */
export function onceReplied(read: Checkpoint['read']): Checkpoint['read'] {
  return (events) =>
    events.some((event) => event.machine === 'gateway' && event.what === 'response')
      ? read(events)
      : undefined
}
