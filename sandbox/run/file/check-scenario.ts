import * as v from 'valibot'
import { show } from '../../errors/invalid-input.ts'
import { didYouMean, nearest } from '../../errors/nearest.ts'
import { clientNames, type Scenario } from '../../language/scenario.ts'
import { callProblems } from './check-call.ts'
import { firingProblems } from './check-firing.ts'
import { promiseProblems } from './check-promises.ts'
import type { ScenarioProblem } from './scenario-problem.ts'

// Which keys there are, and which must be there, is asked of the tables below and not of the schemas, which would tell
// the first unknown key of an object only, and count what every object inherits as known.

const text = v.string('a text')
const line = 'a text of one line, 200 characters at most'
const whole = (min: number, max: number, expected: string) =>
  v.pipe(v.number(expected), v.integer(expected), v.minValue(min, expected), v.maxValue(max, expected))
const milliseconds = whole(1, 600_000, 'a whole number of milliseconds from 1 to 600000')
const range = 'a range of milliseconds, [at least, at most]'
const pathWords = 'a path that begins with "/", with everything else than URLs take percent-encoded'
const headersWords = "an object of headers, such as { 'retry-after': '2' }"
const pattern = 'a pattern, /.../, without the flags g and y, which look on from where they were'

/** To the library a list is an object too. */
function plainObject<const Entries extends v.ObjectEntries>(entries: Entries, expected: string) {
  return v.pipe(
    v.custom<v.InferInput<v.ObjectSchema<Entries, string>>>((value) => !Array.isArray(value), expected),
    v.object(entries, expected),
  )
}

const regExp = v.pipe(
  v.instance(RegExp, pattern),
  v.check(({ global, sticky }) => !global && !sticky, pattern),
)
const headerWords = `a text, null (must not be there), or ${pattern}`
const header = v.lazy((input) =>
  input instanceof RegExp ? regExp : v.nullable(v.string(headerWords), headerWords),
)
const promisedHeaders = v.pipe(
  v.custom<Readonly<Record<string, unknown>>>(
    (value) => isObject(value) && !(value instanceof RegExp),
    headersWords,
  ),
  v.record(v.string(), header, headersWords),
)

const seen = plainObject(
  {
    name: v.optional(text),
    code: v.optional(text),
    syscall: v.optional(text),
    message: v.optional(regExp),
    exit: v.optional(whole(0, 255, 'an exit code, a whole number from 0 to 255')),
    status: v.optional(whole(100, 599, 'an HTTP status, a whole number from 100 to 599')),
    attempts: v.optional(whole(1, 10, 'a number of attempts, a whole number from 1 to 10')),
    headers: v.optional(promisedHeaders),
    body: v.optional(v.unknown()),
    data: v.optional(v.unknown()),
    tookMs: v.optional(
      v.pipe(
        v.tuple([v.number(range), v.number(range)], range),
        v.check(
          ([atLeast, atMost]) => 0 <= atLeast && atLeast <= atMost && atMost < Number.POSITIVE_INFINITY,
          range,
        ),
      ),
    ),
  },
  'what the client sees, such as { code: "ENOTFOUND" }, or "hangs" or "unaffected"',
)

const promise = v.lazy((input) => {
  if (typeof input === 'string') {
    return v.picklist(['hangs', 'unaffected'], '"hangs", "unaffected" or an object')
  }
  if (typeof input === 'object' && input !== null && 'oneOf' in input) {
    const some = 'a list of two or more'
    const members = v.pipe(v.array(seen, some), v.minLength(2, some))
    return v.object({ oneOf: v.optional(members), because: v.optional(text) })
  }
  return seen
})

const expectations = plainObject(
  Object.fromEntries(['all', ...clientNames].map((name) => [name, v.optional(promise)])),
  'an object with a promise for each client',
)

/** A fault is what `dns.nxdomain()` gives; checked only as far as the mistakes that people make. */
const fault = v.custom<Scenario['break']>(
  (input) => isObject(input) && 'plan' in input && 'step' in input && Array.isArray(input['worlds']),
  'one fault, such as dns.nxdomain()',
)

const call = plainObject(
  {
    method: v.optional(v.picklist(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], 'a method, such as "GET"')),
    path: v.optional(v.pipe(v.string(pathWords), v.regex(/^\/[\w.~!$&'()*+,;=:@%/?-]*$/, pathWords))),
    headers: v.optional(v.record(v.string(), text, 'an object with a text for each header')),
    body: v.optional(v.unknown()),
    timeoutMs: v.optional(milliseconds),
    connectTimeoutMs: v.optional(milliseconds),
    headersTimeoutMs: v.optional(milliseconds),
    bodyTimeoutMs: v.optional(milliseconds),
    retries: v.optional(whole(1, 9, 'a whole number from 1 to 9')),
    connection: v.optional(v.picklist(['cold', 'warm', 'resumed'], '"cold", "warm" or "resumed"')),
    clientCertificate: v.optional(v.boolean('true or false')),
    tlsVersion: v.optional(v.picklist(['TLSv1.2', 'TLSv1.3'], '"TLSv1.2" or "TLSv1.3"')),
    revocationChecking: v.optional(v.picklist(['crl', 'ocsp-stapling'], '"crl" or "ocsp-stapling"')),
  },
  'an object with the parts of the call, such as { path: "/users" }',
)

const lesson = plainObject(
  {
    story: v.optional(text),
    why: v.optional(text),
    seeIt: v.optional(text),
    rightly: v.optional(text),
    clue: v.optional(v.instance(RegExp, 'a pattern, such as /status: NXDOMAIN/')),
    looksLike: v.optional(text),
    hints: v.optional(v.array(text, 'a list of texts')),
  },
  'an object with story, why, seeIt, rightly, clue, looksLike and hints',
)

const sqlstate = 'five characters, such as "57014"'
const database = plainObject(
  { sqlstate: v.optional(v.pipe(v.string(sqlstate), v.regex(/^[0-9A-Z]{5}$/, sqlstate))) },
  'an object, such as { sqlstate: "57014" }',
)

const schema = v.object({
  title: v.optional(v.pipe(v.string(line), v.regex(/^[^\p{Cc}]{1,200}$/u, line))),
  break: v.optional(fault),
  call: v.optional(call),
  expect: v.optional(expectations),
  portable: v.optional(expectations),
  database: v.optional(database),
  lesson: v.optional(lesson),
})

/** The keys of a scenario. A file in which one of them may stand twice has to be read more closely. */
export const scenarioKeys = Object.keys(schema.entries)

/** What is wrong with what a scenario file exports: all of it. Empty when it is a scenario. */
export function problemsOf(exported: unknown): readonly ScenarioProblem[] {
  const problems = shapeProblems(exported)
  if (!isObject(exported)) return problems
  // What is wrong by itself is not held against the rest: it may mean anything.
  const isSound = (...path: readonly string[]) =>
    !problems.some((problem) => path.every((key, index) => (problem.path[index] ?? key) === key))
  const { break: fault, call, expect, portable } = exported as unknown as Scenario
  const isMisspelt = Object.keys(call ?? {}).some((key) => !keys.call.known.includes(key))
  const promises = {
    expect: isObject(expect) ? expect : {},
    portable: isObject(portable) ? portable : {},
    ...(isSound('break') && { fault }),
    ...(isSound('call') && { call: call ?? {} }),
  }
  return [
    ...problems,
    ...(isObject(call ?? {}) ? callProblems(call ?? {}, (key) => isSound('call', key) && !isMisspelt) : []),
    ...promiseProblems(promises, isSound),
    ...(isSound('break') && isSound('call') && isSound('expect') && isObject(expect)
      ? firingProblems({ fault, call: call ?? {}, expect })
      : []),
  ]
}

/** What is wrong part by part: keys that are unknown or missing, and values that are no values for their key. */
export function shapeProblems(exported: unknown): readonly ScenarioProblem[] {
  if (exported === undefined) {
    return [{ path: [], text: 'expected `export default scenario({ ... })`, saw no default export' }]
  }
  if (!isObject(exported)) return [{ path: [], text: `expected scenario({ ... }), saw ${show(exported)}` }]
  const { issues = [] } = v.safeParse(schema, exported)
  const wrong = issues.map((issue) => describe(issue, exported))
  return [...keyProblems(exported), ...new Map(wrong.map((problem) => [problem.text, problem])).values()]
}

function describe(issue: v.BaseIssue<unknown>, exported: object): ScenarioProblem {
  const path = (issue.path ?? []).map((item) => String(item.key))
  const value = valueAt(exported, path)
  const isFault = path[0] === 'break'
  const isList = isFault && Array.isArray(value)
  const call = isFault && typeof value === 'function' && 'id' in value ? `${value.id}()` : undefined
  const next = isList ? 'A scenario breaks ONE step: split it into two files' : call && `Call it: ${call}`
  return {
    path,
    text: `${path.join('.')}: expected ${wanted(issue)}, saw ${isList ? `a list of ${value.length}` : show(value)}`,
    ...(next === undefined ? {} : { next }),
  }
}

function wanted(issue: v.BaseIssue<unknown>): string {
  return issue.message.startsWith('Invalid') ? (issue.expected ?? 'something else') : issue.message
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const keysOf = ({ pipe: [, { entries }] }: ReturnType<typeof plainObject>) => Object.keys(entries)

/** The keys of one object of a scenario: all that it may have, and what must stand behind those it must have. */
interface Keys {
  readonly known: readonly string[]
  readonly required?: Readonly<Record<string, string>>
}

const keys = {
  scenario: {
    known: scenarioKeys,
    required: {
      title: line,
      break: 'one fault, such as dns.nxdomain()',
      expect: 'an object with a promise for each client',
    },
  },
  call: { known: keysOf(call) },
  lesson: { known: keysOf(lesson), required: { why: 'a text' } },
  database: { known: keysOf(database), required: { sqlstate } },
  expectations: { known: keysOf(expectations) },
  seen: { known: keysOf(seen) },
  choice: { known: ['oneOf', 'because'], required: { because: 'a text that says why' } },
} as const satisfies Record<string, Keys>

function keyProblems(scenario: Record<string, unknown>): ScenarioProblem[] {
  const layers = ['expect', 'portable'].flatMap((layer) => {
    const promises = scenario[layer]
    if (!isObject(promises)) return []
    const inner = Object.entries(promises).flatMap(([client, promise]) =>
      promiseKeyProblems(promise, [layer, client]),
    )
    return [...problemsAt(promises, [layer], keys.expectations), ...inner]
  })
  const parts = (['call', 'lesson', 'database'] as const).flatMap((key) =>
    problemsAt(scenario[key], [key], keys[key]),
  )
  return [...problemsAt(scenario, [], keys.scenario), ...parts, ...layers]
}

function promiseKeyProblems(promise: unknown, path: readonly string[]): ScenarioProblem[] {
  if (!isObject(promise) || !('oneOf' in promise)) return problemsAt(promise, path, keys.seen)
  const { oneOf } = promise
  const members = Array.isArray(oneOf) ? oneOf : []
  return [
    ...problemsAt(promise, path, keys.choice),
    ...members.flatMap((seen, index) => problemsAt(seen, [...path, 'oneOf', String(index)], keys.seen)),
  ]
}

function problemsAt(
  value: unknown,
  path: readonly string[],
  { known, required = {} }: Keys,
): ScenarioProblem[] {
  if (!isObject(value)) return []
  const unknown = Object.keys(value).filter((key) => !known.includes(key))
  const missing = Object.keys(required).filter((key) => value[key] === undefined)
  const meant = new Set(unknown.map((key) => nearest(key, known)))
  return [
    ...unknown.map((key) => ({
      path: [...path, key],
      text: `unknown key "${key}".${didYouMean(key, known)}`,
      next: `Known here: ${known.join(', ')}`,
    })),
    // One that was meant by an unknown key is not missing: the unknown key is what to mend.
    ...missing
      .filter((key) => !meant.has(key))
      .map((key) => ({
        path: [...path, key],
        text: `${[...path, key].join('.')}: expected ${required[key]}, saw nothing`,
      })),
  ]
}
