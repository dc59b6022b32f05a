import * as v from 'valibot'
import { show } from '../../errors/invalid-input.ts'
import { didYouMean } from '../../errors/nearest.ts'
import { clientNames, type Scenario } from '../../language/scenario.ts'

const text = v.string('a text')
const duration = 'a whole number of milliseconds from 1 to 600000'
const milliseconds = v.pipe(
  v.number(duration),
  v.integer(duration),
  v.minValue(1, duration),
  v.maxValue(600_000, duration),
)
const attempts = 'a whole number from 1 to 9'
const range = 'a range of milliseconds, [at least, at most]'

const seen = v.strictObject(
  {
    name: v.optional(text),
    code: v.optional(text),
    syscall: v.optional(text),
    message: v.optional(v.instance(RegExp, 'a pattern, /.../')),
    exit: v.optional(v.number('an exit code')),
    status: v.optional(v.number('an HTTP status')),
    attempts: v.optional(v.number('a number of attempts')),
    body: v.optional(v.unknown()),
    data: v.optional(v.unknown()),
    tookMs: v.optional(
      v.pipe(
        v.tuple([v.number(range), v.number(range)], range),
        v.check(([atLeast, atMost]) => atLeast <= atMost, range),
      ),
    ),
  },
  'what the client sees, such as { code: "ENOTFOUND" }, or "hangs"',
)

const promise = v.lazy((input) => {
  if (typeof input === 'string') return v.literal('hangs', '"hangs" or an object')
  if (typeof input === 'object' && input !== null && 'oneOf' in input) {
    const some = 'a list of two or more'
    return v.strictObject({ oneOf: v.pipe(v.array(seen, some), v.minLength(2, some)), because: text })
  }
  return seen
})

const expectations = v.strictObject(
  Object.fromEntries(['all', ...clientNames].map((name) => [name, v.optional(promise)])),
  'an object with a promise for each client',
)

/** A fault is what `dns.nxdomain()` gives; checked only as far as the mistakes that people make. */
const fault = v.custom<Scenario['break']>(
  (input) => typeof input === 'object' && input !== null && 'plan' in input && 'step' in input,
  'one fault, such as dns.nxdomain()',
)

const schema = v.strictObject({
  title: text,
  break: fault,
  call: v.optional(
    v.strictObject({
      method: v.optional(v.picklist(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], 'a method, such as "GET"')),
      path: v.optional(v.pipe(text, v.startsWith('/', 'a path that begins with "/"'))),
      headers: v.optional(v.record(v.string(), text)),
      body: v.optional(v.unknown()),
      timeoutMs: v.optional(milliseconds),
      connectTimeoutMs: v.optional(milliseconds),
      retries: v.optional(
        v.pipe(v.number(attempts), v.integer(attempts), v.minValue(1, attempts), v.maxValue(9, attempts)),
      ),
      connection: v.optional(v.picklist(['cold', 'warm', 'resumed'], '"cold", "warm" or "resumed"')),
      clientCertificate: v.optional(v.boolean('true or false')),
      tlsVersion: v.optional(v.picklist(['TLSv1.2', 'TLSv1.3'], '"TLSv1.2" or "TLSv1.3"')),
      revocationChecking: v.optional(v.picklist(['crl', 'ocsp-stapling'], '"crl" or "ocsp-stapling"')),
    }),
  ),
  expect: expectations,
  portable: v.optional(expectations),
  database: v.optional(
    v.strictObject({ sqlstate: v.pipe(text, v.regex(/^[0-9A-Z]{5}$/, 'five characters, "57014"')) }),
  ),
  lesson: v.optional(
    v.strictObject({
      story: v.optional(text),
      why: text,
      seeIt: v.optional(text),
      looksLike: v.optional(text),
      hints: v.optional(v.array(text)),
    }),
  ),
})

/** What is wrong with what a scenario file exports, and the keys that lead to it. */
export interface ScenarioProblem {
  readonly path: readonly string[]
  readonly text: string
  readonly next?: string
}

/** The keys of a scenario. A file in which one of them may stand twice has to be read more closely. */
export const scenarioKeys = Object.keys(schema.entries)

/** The first problem of what a scenario file exports; undefined when it is a scenario. */
export function problemOf(exported: unknown): ScenarioProblem | undefined {
  if (exported === undefined) {
    return { path: [], text: 'expected `export default scenario({ ... })`, saw no default export' }
  }
  const result = v.safeParse(schema, exported)
  if (!result.success) return describe(result.issues[0], exported)
  const promised = [...Object.keys(result.output.expect), ...Object.keys(result.output.portable ?? {})]
  if (promised.length > 0) return undefined
  return { path: ['expect'], text: 'expect: expected a promise for at least one client, saw none' }
}

function describe(issue: v.BaseIssue<unknown>, exported: unknown): ScenarioProblem {
  const path = (issue.path ?? []).map((item) => String(item.key))
  const key = path.join('.')
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const word = path.at(-1) ?? ''
    const known = knownKeys(path.slice(0, -1))
    const text = `unknown key "${word}".${didYouMean(word, known)}`
    return { path, text, next: `Known here: ${known.join(', ')}` }
  }
  if (key === '') return { path, text: `expected scenario({ ... }), saw ${show(exported)}` }
  const value = valueAt(exported, path)
  const splits = path[0] === 'break' && Array.isArray(value)
  const saw = splits ? `a list of ${value.length}` : show(value)
  return {
    path,
    text: `${key}: expected ${wanted(issue)}, saw ${saw}`,
    ...(splits ? { next: 'A scenario breaks ONE step: split it into two files' } : {}),
  }
}

function wanted(issue: v.BaseIssue<unknown>): string {
  return issue.message.startsWith('Invalid') ? (issue.expected ?? 'something else') : issue.message
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value)
}

function knownKeys(path: readonly string[]): string[] {
  if (path.length === 0) return scenarioKeys
  const [first, second] = path
  if (first === 'call') return Object.keys(schema.entries.call.wrapped.entries)
  if (first === 'lesson') return Object.keys(schema.entries.lesson.wrapped.entries)
  if (first === 'database') return ['sqlstate']
  return second === undefined ? ['all', ...clientNames] : Object.keys(seen.entries)
}
