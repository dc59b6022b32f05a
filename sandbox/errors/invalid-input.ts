/** Of a command that was given it: wrong usage, nothing matched, or a scenario file that is not valid. */
export const usageExitCode = 2

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
  readonly #parts: readonly InvalidInput[]

  /** @param options.parts the problems that this one stands for, where there are several. */
  constructor(
    place: string,
    problem: string,
    options: { next?: string; path?: readonly string[]; parts?: readonly InvalidInput[] } = {},
  ) {
    const { next, parts = [], path = [] } = options
    const stop = /[?.]$/.test(problem) ? ' ' : '. '
    super(`${place}: ${problem}${next === undefined ? '' : `${stop}${next}`}`)
    this.place = place
    this.path = path
    this.#parts = parts
    if (parts.length > 0) this.message = parts.map(({ message }) => message).join('\n')
  }

  /** Several at once, a line each: mending one must not be how the next is found. Needs one at least. */
  static of(problems: readonly InvalidInput[]): InvalidInput {
    const [first] = problems
    if (first === undefined) throw new Error('invalid input: expected a problem, saw none')
    if (problems.length === 1) return first
    const parts = problems.flatMap(({ problems }) => problems)
    return new InvalidInput(first.place, first.message, { path: first.path, parts })
  }

  /** Itself, or each of those it stands for. */
  get problems(): readonly InvalidInput[] {
    return this.#parts.length === 0 ? [this] : this.#parts
  }
}

const shownMax = 60

/**
 * A value as a person would write it, short enough for one line. Takes any value: one that holds itself, one that is
 * huge, one that throws when it is read.
 */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  try {
    const text = written(value, shownMax + 1, [])
    return text.length > shownMax ? `${text.slice(0, shownMax - 3)}...` : text
  } catch {
    return 'a value that cannot be read'
  }
}

/** As JSON has it, and by name what JSON has no word for. Goes no further than `room` characters need. */
function written(value: unknown, room: number, holders: readonly object[]): string {
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'symbol') return 'a symbol'
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'string') return JSON.stringify(value.slice(0, room))
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value)
  if (value instanceof RegExp || value instanceof Error) return String(value)
  if (value instanceof Date) return `a Date (${value.getTime()})`
  if (holders.includes(value)) return 'itself'
  let text = ''
  const isList = Array.isArray(value)
  for (const key in value) {
    if (text.length >= room) break
    const name = isList ? '' : `${JSON.stringify(key)}:`
    const left = room - text.length - name.length
    const inner = written((value as Record<string, unknown>)[key], left, [...holders, value])
    text += `${text === '' ? '' : ','}${name}${inner}`
  }
  return isList ? `[${text}]` : `{${text}}`
}
