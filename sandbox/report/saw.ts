import type { ErrorLink, Symptom } from '../clients/common/symptom.ts'
import type { ClientReport } from '../run/report.ts'

/** What stands before an error that the one above was made from. */
const below = '└ '

/** A message that is longer tells nothing more; the report in JSON has all of it. The longest seen takes 400. */
const messageCharactersMax = 2_000

/** Of a body the beginning tells. It may be a page. */
const bodyCharactersMax = 160

/** A call that takes so long is one that people feel. */
const slowMs = 500

/** What a client saw in its own words: the outermost error, and below it what that was made from. */
export function sawTexts({ earlier = [], symptom }: ClientReport): string[] {
  if (symptom === undefined) return ['no call was made']
  const [saw = '', ...more] = symptomTexts(symptom)
  const isSlow = symptom.kind !== 'hangs' && symptom.tookMs >= slowMs
  const notes = [
    ...(isSlow ? [`after ${seconds(symptom.tookMs)}`] : []),
    ...(earlier.length > 0 ? [`the last of ${earlier.length + 1} attempts`] : []),
  ]
  const before = Object.groupBy(earlier, (each) => shortText(each))
  const counted = Object.entries(before).map(([text, all = []]) => `${below}before: ${all.length} × ${text}`)
  return [notes.length === 0 ? saw : `${saw} (${notes.join(', ')})`, ...more, ...counted]
}

/** The response, and how many things it brought where it brought a list. */
export function responseWords(symptom: Symptom): string {
  return [`${symptom.status ?? 'no status'}`, ...listWords(symptom.bodyText)].join(', ')
}

function shortText(symptom: Symptom): string {
  return symptomTexts(symptom)
    .at(symptom.kind === 'response' ? 0 : -1)!
    .replace(below, '')
}

function symptomTexts(symptom: Symptom): string[] {
  if (symptom.kind === 'hangs') return [`nothing for ${seconds(symptom.tookMs)}, then it was stopped`]
  if (symptom.kind === 'error') return errorTexts(symptom.errors)
  const { bodyText = '' } = symptom
  const isList = listWords(bodyText).length > 0
  const body = isList || bodyText === '' ? [] : [below + printable(bodyText, bodyCharactersMax)]
  return [`status ${responseWords(symptom)}`, ...body]
}

/** Each error says what those above it did not: a message that contains another one is not followed by it. */
function errorTexts(errors: readonly ErrorLink[]): string[] {
  const texts: string[] = []
  for (const { code, message, name } of errors) {
    const said = texts.join('\n')
    const words = printable(message, messageCharactersMax)
    const isNew = words !== '' && !said.includes(words)
    const hasNewCode = code !== undefined && !said.includes(code) && !words.includes(code)
    const behind = hasNewCode ? ` (${code})` : ''
    if (texts.length === 0) texts.push(words === '' ? `${name}${behind}` : `${name}: ${words}${behind}`)
    else if (isNew) texts.push(below + words + behind)
    else if (hasNewCode) texts.push(below + (words === '' ? `${name}${behind}` : code))
  }
  return texts
}

/** `3 users` of `{"users":[...]}`. */
function listWords(bodyText: string | undefined): string[] {
  try {
    const body: unknown = JSON.parse(bodyText ?? '')
    return Object.entries(Object(body) as Record<string, unknown>).flatMap(([key, value]) =>
      Array.isArray(value) ? [`${value.length} ${key}`] : [],
    )
  } catch {
    return []
  }
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

/**
 * In one line, and without what a terminal would obey or hide: control characters, and those that turn the direction
 * of reading. It comes from outside.
 */
function printable(text: string, charactersMax: number): string {
  const line = text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll(
      /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
  const rest = line.length - charactersMax
  return rest > 0 ? `${line.slice(0, charactersMax)}... (${rest} more in the report)` : line
}
