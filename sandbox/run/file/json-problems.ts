import { show } from '../../errors/invalid-input.ts'

/** What is wrong with a part of a value that has to be JSON, and the keys that lead to the part. */
interface JsonProblem {
  readonly path: readonly string[]
  readonly saw: string
  readonly next?: string
}

const keysShownMax = 8

/** `call.body.items.0.id`; of a long path its ends. */
export function dotted(path: readonly string[]): string {
  if (path.length <= keysShownMax) return path.join('.')
  return `${path.slice(0, 3).join('.')}...${path.slice(-2).join('.')}`
}

/** Deeper ones are no bodies of an API, and end the stack of what writes them. */
const depthMax = 64
/** A value with more parts than this is larger than any body that the API reads. */
const partsMax = 100_000
/** A list of a thousand numbers that JSON has no word for is one mistake. */
const problemsMax = 10

/**
 * What JSON cannot carry of a value: BigInt, functions, symbols, `undefined`, numbers that are not finite, -0, objects
 * of a class, and what holds itself. JSON.stringify throws at some of them, and leaves others out without a word.
 */
export function jsonProblems(value: unknown): readonly JsonProblem[] {
  const problems: JsonProblem[] = []
  let parts = 0
  const visit = (part: unknown, path: readonly string[], holders: readonly object[]): void => {
    if (!Array.isArray(holders.at(-1))) parts += 1
    if (parts > partsMax || problems.length >= problemsMax) return
    const problem = holders.includes(part as object)
      ? { saw: 'an object that holds itself' }
      : wrongAlone(part)
    if (problem !== undefined) return void problems.push({ path, ...problem })
    if (typeof part !== 'object' || part === null) return
    if (path.length >= depthMax) {
      return void problems.push({ path, saw: `more than ${depthMax} levels`, next: 'Make it flatter' })
    }
    // A hole in a list is a part too.
    if (Array.isArray(part)) parts += part.length
    if (parts > partsMax) return
    const keys = Array.isArray(part) ? Array.from(part.keys(), String) : Object.keys(part)
    for (const key of keys) visit((part as Record<string, unknown>)[key], [...path, key], [...holders, part])
  }
  visit(value, [], [])
  if (parts > partsMax) return [{ path: [], saw: `more than ${partsMax} values` }]
  return problems
}

function wrongAlone(part: unknown): Omit<JsonProblem, 'path'> | undefined {
  switch (typeof part) {
    case 'bigint':
      return { saw: show(part), next: 'Write it as a text, or as a number' }
    case 'undefined':
      return { saw: 'undefined', next: 'Write null, or leave it out' }
    case 'number':
      return Number.isFinite(part) && !Object.is(part, -0) ? undefined : { saw: show(part) }
    case 'function':
    case 'symbol':
      return { saw: show(part) }
    default:
      return isPlain(part)
        ? undefined
        : { saw: `a ${nameOf(part as object)}`, next: 'Write it as plain data' }
  }
}

function isPlain(part: unknown): boolean {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return true
  const prototype = Object.getPrototypeOf(part) as object | null
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function nameOf(part: object): string {
  return part.constructor?.name || 'object of a class'
}
