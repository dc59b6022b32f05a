import type { TraceEvent } from '../../machines/shared/trace.ts'
import type { Checkpoint } from './checkpoint.ts'
import { processTurn } from './process.ts'
import type { Of } from './readings.ts'

/** One statement of the API, and what came back. */
interface Turn {
  readonly query: Of<'api'>
  result: Of<'api'> | undefined
}

/** A request's statements come one after the other: an answer is that of the last one before it. */
function turnsOf(events: readonly TraceEvent[]): readonly Turn[] {
  const turns: Turn[] = []
  for (const event of events) {
    if (event.machine !== 'api') continue
    if (event.what === 'query') turns.push({ query: event, result: undefined })
    if (event.what !== 'result') continue
    const turn = turns.findLast(
      ({ query, result }) => query.request === event.request && result === undefined,
    )
    if (turn !== undefined) turn.result = event
  }
  return turns
}

/**
 * What API and database say to each other, turn by turn: other words are the backend's, another answer to the same
 * words is the database's. The calls need not have as many turns.
 */
export function conversation(...calls: readonly (readonly TraceEvent[])[]): readonly Checkpoint[] {
  const count = Math.max(...calls.map((events) => turnsOf(events).length))
  return Array.from({ length: count }, (_, index) => [
    words(index, count),
    readiness(index),
    answer(index, count),
  ]).flat()
}

/** An answer that lies there while the process is busy is not late. */
function readiness(index: number): Checkpoint {
  return processTurn((events) => {
    const turn = turnsOf(events)[index]
    return turn && { fromMs: turn.query.atMs, doneMs: turn.result?.atMs }
  })
}

function words(index: number, count: number): Checkpoint {
  return {
    step: 'backend',
    name: count === 1 ? 'the statement' : `statement ${index + 1}`,
    was: 'the API sent',
    never: count === 1 ? 'the API sent no statement' : `the API sent no statement ${index + 1}`,
    otherwise: (statement) => `the API sent ${statement} with other values`,
    read: (events) => {
      const query = turnsOf(events)[index]?.query
      if (query === undefined) return undefined
      const statement = withoutTag(query.statement)
      return { value: `${statement} ${query.parameters ?? ''}`, words: [statement], atMs: query.atMs }
    },
  }
}

function answer(index: number, count: number): Checkpoint {
  const which = count === 1 ? '' : ` statement ${index + 1}`
  return {
    step: 'database',
    name: count === 1 ? "the database's answer" : `the answer to${which}`,
    was: `the database answered${which}`,
    never: `the database did not answer${which}`,
    otherwise: (result) => `the database answered${which} ${result} of other data`,
    read: (events) => {
      const result = turnsOf(events)[index]?.result
      if (result === undefined) return undefined
      const said = resultWords(result)
      // What an error says beside its code is no part of the answer: only rows are compared by their data.
      const data = result.sqlstate === undefined ? (result.digest ?? '') : ''
      return { value: `${said} ${data}`, words: [said], atMs: result.atMs }
    },
  }
}

/** Each statement is tagged with its request, which differs from call to call. */
function withoutTag(statement = ''): string {
  return statement.replace(/^\/\*.*?\*\/ /, '')
}

function resultWords({ code, rows = 0, sqlstate }: Of<'api'>): string {
  return (sqlstate === undefined ? code : `SQLSTATE ${sqlstate}`) ?? `${rows} ${rows === 1 ? 'row' : 'rows'}`
}
