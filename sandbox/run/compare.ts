import { isDeepStrictEqual } from 'node:util'
import { type Symptom, symptomWords, tellingError } from '../clients/common/symptom.ts'
import { show } from '../errors/invalid-input.ts'
import type { ClientPromise, Seen } from '../language/scenario.ts'

/** One field of a promise that the symptom did not keep. */
export interface Difference {
  /** `end`: not a field, but how the call ended at all. */
  readonly field: string
  readonly expected: string
  readonly saw: string
}

/** What the same client saw without the fault. */
export interface HealthySymptoms {
  readonly before: Symptom
  /** Undefined where the run ended earlier. */
  readonly after: Symptom | undefined
}

/**
 * What of the promise was not kept; empty when all of it was. A checked `oneOf` has at least two members.
 * @param healthy what `unaffected` is held against.
 */
export function compare(
  promise: ClientPromise,
  symptom: Symptom,
  healthy?: HealthySymptoms,
): readonly Difference[] {
  if (promise === 'unaffected') {
    if (healthy === undefined) throw new Error('compare: expected the healthy calls, saw none')
    return compareUnaffected(healthy, symptom)
  }
  if (promise === 'hangs') {
    return symptom.kind === 'hangs' ? [] : [endedOtherwise('a call that hangs', symptom)]
  }
  if ('oneOf' in promise) {
    const tries = promise.oneOf.map((seen) => compareSeen(seen, symptom))
    if (tries.some((differences) => differences.length === 0)) return []
    const first = ` (first of the ${tries.length} in oneOf)`
    return tries[0]!.map((difference) => ({ ...difference, expected: difference.expected + first }))
  }
  return compareSeen(promise, symptom)
}

/**
 * The body counts only where the two healthy calls had the same: one that differs from call to call, such as that of an
 * order with its id, says nothing about the fault.
 */
function compareUnaffected({ before, after }: HealthySymptoms, symptom: Symptom): readonly Difference[] {
  if (symptom.kind !== before.kind) {
    return [endedOtherwise(`what it saw before the fault (${symptomWords(before)})`, symptom)]
  }
  const isLasting = before.bodyText === after?.bodyText
  const fields = isLasting ? (['status', 'bodyText', 'data'] as const) : (['status'] as const)
  return fields
    .filter((field) => !isDeepStrictEqual(before[field], symptom[field]))
    .map((field) => ({
      field: field === 'bodyText' ? 'body' : field,
      expected: `${show(before[field])} as before the fault`,
      saw: symptom[field] === undefined ? 'none' : show(symptom[field]),
    }))
}

function endedOtherwise(expected: string, symptom: Symptom): Difference {
  return { field: 'end', expected, saw: symptomWords(symptom) }
}

function compareSeen(seen: Seen, symptom: Symptom): readonly Difference[] {
  const differences: Difference[] = []
  const differ = (field: string, expected: unknown, saw: unknown) =>
    differences.push({ field, expected: show(expected), saw: saw === undefined ? 'none' : show(saw) })
  const telling = tellingError(symptom)
  const equal = (field: string, expected: unknown, saw: unknown) => {
    if (expected !== undefined && !isDeepStrictEqual(expected, saw)) differ(field, expected, saw)
  }
  equal('name', seen.name, symptom.errors[0]?.name)
  equal('code', seen.code, telling?.code)
  equal('syscall', seen.syscall, telling?.syscall)
  equal('exit', seen.exit, symptom.exit)
  equal('status', seen.status, symptom.status)
  equal('attempts', seen.attempts, symptom.attempts ?? 1)
  equal('data', seen.data, symptom.data)
  if (seen.message !== undefined && !symptom.errors.some((link) => seen.message?.test(link.message))) {
    const messages = symptom.errors.map((link) => link.message)
    differ('message', seen.message, messages.length === 0 ? undefined : messages.join(' < '))
  }
  differences.push(...headerDifferences(seen.headers, symptom.headers))
  if (seen.body !== undefined && !contains(bodyOf(symptom), seen.body)) {
    differ('body', seen.body, bodyOf(symptom))
  }
  if (seen.tookMs !== undefined) {
    const [atLeast, atMost] = seen.tookMs
    if (symptom.tookMs < atLeast || symptom.tookMs > atMost) {
      differ('tookMs', [atLeast, atMost], Math.round(symptom.tookMs))
    }
  }
  const wantsError = [seen.name, seen.code, seen.syscall, seen.message].some((field) => field !== undefined)
  if (differences.length === 0 && !wantsError && seen.exit === undefined && symptom.kind !== 'response') {
    differences.push(endedOtherwise('a response', symptom))
  }
  return differences
}

/** A client that got no response has no headers, so it keeps no promise about them, not even that one is missing. */
function headerDifferences(wanted: Seen['headers'], headers: Symptom['headers']): Difference[] {
  if (wanted === undefined) return []
  if (headers === undefined) return [{ field: 'headers', expected: show(wanted), saw: 'none' }]
  return Object.entries(wanted).flatMap(([written, value]) => {
    const name = written.toLowerCase()
    const saw = Object.hasOwn(headers, name) ? headers[name] : undefined
    const isKept =
      value instanceof RegExp ? saw !== undefined && value.test(saw) : saw === (value ?? undefined)
    if (isKept) return []
    const words = (some: unknown) => (some === undefined || some === null ? 'none' : show(some))
    return [{ field: `headers.${name}`, expected: words(value), saw: words(saw) }]
  })
}

function bodyOf(symptom: Symptom): unknown {
  try {
    return JSON.parse(symptom.bodyText ?? '')
  } catch {
    return symptom.bodyText
  }
}

/** Every field of `part` stands in `whole`; lists and plain values must be equal. */
function contains(whole: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return isDeepStrictEqual(whole, part)
  if (typeof whole !== 'object' || whole === null) return false
  return Object.entries(part).every(([key, value]) =>
    contains((whole as Record<string, unknown>)[key], value),
  )
}
