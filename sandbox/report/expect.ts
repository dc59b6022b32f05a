import { isDeepStrictEqual } from 'node:util'
import { type Symptom, tellingError } from '../clients/common/symptom.ts'
import type { ClientName } from '../language/scenario.ts'
import type { ClientReport, ScenarioReport } from '../run/report.ts'
import { literal } from './literal.ts'

/** A line of the project's sources. */
const columnsMax = 110

/** What a client saw, as the fields of a promise. */
type SeenFields = 'hangs' | 'unaffected' | Readonly<Record<string, unknown>>

/** Those that `all` stands for. */
const allClients: readonly ClientName[] = ['fetch', 'https', 'curl', 'python', 'requests']

/** Parts of a message that the next run has otherwise, and what matches them in any run. */
const varying: readonly (readonly [part: RegExp, pattern: string])[] = [
  [/0x[0-9a-f]+/, '0x[0-9a-f]+'],
  // OpenSSL begins with the thread it ran on.
  [/\b[0-9A-F]{8,}(?=:error:)/, '[0-9A-F]+'],
  [/\b127(?:\.\d+){3}(?::\d+)?/, String.raw`[\d.:]+`],
  [/(?<=\b2001:db8:)[0-9a-f:]+/, '[0-9a-f:]+'],
  // In the portable world the port is any that was free.
  [/(?<=\.test:|::1\]?:|\bport[ =])\d+/, String.raw`\d+`],
  [/\d+(?= ?(?:ms|milliseconds|seconds|bytes)\b)/, String.raw`\d+`],
]

/**
 * What each client was really seen to do, as a block of a scenario file: pasted there, it is a promise that the next
 * run keeps. Empty where no client made the broken call.
 *
 * @param name the block's: `expect`, or `portable`.
 */
export function expectLines(report: ScenarioReport, name: 'expect' | 'portable'): string[] {
  const seen = new Map<ClientName, SeenFields>()
  for (const client of report.clients) {
    const fields = seenOf(client, report)
    if (fields !== undefined) seen.set(client.client, fields)
  }
  if (seen.size === 0) return []
  const skipped = report.clients.flatMap(({ client, skipped }) =>
    skipped === undefined ? [] : [`    // ${client} did not call: ${skipped}`],
  )
  const rows = merged(seen).flatMap(([client, fields]) => promiseLines(client, fields))
  return [`  ${name}: {`, ...rows, ...skipped, '  },']
}

/** `all` only where it would say of none what it did not see. */
function merged(seen: ReadonlyMap<ClientName, SeenFields>): readonly (readonly [string, SeenFields])[] {
  const [first] = seen.values()
  const agree = [...seen.values()].every((fields) => isDeepStrictEqual(fields, first))
  if (!agree || !allClients.every((client) => seen.has(client))) return [...seen]
  return [['all', first!], ...[...seen].filter(([client]) => !allClients.includes(client))]
}

function promiseLines(client: string, fields: SeenFields): string[] {
  const line = `    ${client}: ${literal(fields)},`
  if (line.length <= columnsMax || typeof fields === 'string') return [line]
  const rows = Object.entries(fields).map(([field, value]) => `      ${field}: ${literal(value)},`)
  return [`    ${client}: {`, ...rows, '    },']
}

function seenOf(
  { client, diagnosis, differences = [], promise, symptom }: ClientReport,
  report: ScenarioReport,
): SeenFields | undefined {
  if (symptom === undefined) return undefined
  // Any other promise would want the fault to fire for this client.
  if (promise === 'unaffected' && differences.length === 0 && diagnosis?.broke === undefined) return promise
  switch (symptom.kind) {
    case 'hangs':
      return 'hangs'
    case 'response':
      return { ...responseFields(symptom, isLasting(client, report)), ...attempts(symptom) }
    case 'error':
      return { ...errorFields(symptom), ...attempts(symptom) }
    default:
      return symptom.kind satisfies never
  }
}

function attempts({ attempts }: Symptom): Readonly<Record<string, unknown>> {
  return attempts === undefined ? {} : { attempts }
}

/**
 * Of an answer that says no, its body tells why; of any other the app's data is what matters, but for what the call
 * itself created, which has an id of its own each time.
 */
function responseFields({ bodyText = '', data, status = 0 }: Symptom, lasts: boolean) {
  const body = status < 400 ? undefined : jsonObject(bodyText)
  return {
    status,
    ...(body === undefined ? {} : { body }),
    ...(data === undefined || status !== 200 || !lasts ? {} : { data }),
  }
}

function errorFields(symptom: Symptom) {
  const { errors, exit } = symptom
  const telling = tellingError(symptom)
  const { code, syscall } = telling ?? {}
  const message = telling?.message || errors.find((link) => link.message !== '')?.message
  return {
    // The name of a command's error is its exit code.
    ...(exit === undefined ? { name: errors[0]?.name } : { exit }),
    ...(code === undefined ? {} : { code }),
    ...(syscall === undefined ? {} : { syscall }),
    ...(message === undefined ? {} : { message: patternOf(message) }),
  }
}

/** What differs between the two healthy calls differs by nature: ids, dates, tokens. */
function isLasting(client: ClientName, { healed, steady }: ScenarioReport): boolean {
  const [before, after] = [steady, healed].map(
    (calls) => calls.find((call) => call.client === client)?.symptom,
  )
  return before !== undefined && after !== undefined && isDeepStrictEqual(before.data, after.data)
}

function jsonObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

/** Matches the message, and what the next run has in its place. */
function patternOf(message: string): RegExp {
  const parts = new RegExp(varying.map(([part]) => `(${part.source})`).join('|'), 'g')
  let source = ''
  let at = 0
  for (const match of message.matchAll(parts)) {
    const which = match.slice(1).findIndex((group) => group !== undefined)
    source += escaped(message.slice(at, match.index)) + varying[which]![1]
    at = match.index + match[0].length
  }
  return new RegExp(source + escaped(message.slice(at)))
}

function escaped(text: string): string {
  return text
    .replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)
    .replaceAll(/[\p{Cc}\u2028\u2029]/gu, (character) =>
      character === '\n' ? String.raw`\n` : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
}
