/**
 * What a person gave us is not usable: a parameter, a scenario file, a word on the command line. The runner
 * answers with this one message and exit code 2.
 *
 * The message reads: place, colon, what was expected, what was seen; then what to do next.
 */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput'
  readonly place: string
  /** The keys that lead to the value, outermost first: `['break', 'sleepMs']`. Finds the line in a file. */
  readonly path: readonly string[]

  constructor(place: string, problem: string, options: { next?: string; path?: readonly string[] } = {}) {
    const stop = /[?.]$/.test(problem) ? ' ' : '. '
    super(`${place}: ${problem}${options.next === undefined ? '' : `${stop}${options.next}`}`)
    this.place = place
    this.path = options.path ?? []
  }
}

/** A value as a person would write it, short enough for one line. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number' || value instanceof RegExp) return String(value)
  if (typeof value === 'symbol') return 'a symbol'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
