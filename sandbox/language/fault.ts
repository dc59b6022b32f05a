import * as v from 'valibot'
import { InvalidInput, show } from '../errors/invalid-input.ts'
import { didYouMean } from '../errors/nearest.ts'
import type { WorldKind } from '../host/place.ts'
import type { DatabaseNeed } from '../machines/database/database-points.ts'
import type { When } from '../machines/shared/when.ts'
import type { Plan } from '../machines/table.ts'
import type { Step } from './steps.ts'
import { actingWhen, conditions, notForStates, whenSchema, whenText } from './when.ts'

/** Beside what a database may give: `nft`, the packet filter. `ipv6`: a host that has an IPv6 address too. */
export type Need = DatabaseNeed | 'nft' | 'ipv6'

/** One fault with its parameters set: plain data, ready to be armed. */
export interface Fault {
  /** `dns.nxdomain` */
  readonly id: string
  readonly step: Step
  /** What breaks, in one line, with the parameters' values. */
  readonly summary: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly plan: Plan
  readonly worlds: readonly WorldKind[]
  readonly needs: readonly Need[]
}

type Schemas = v.ObjectEntries
type Input<P extends Schemas> = v.InferInput<v.StrictObjectSchema<P, undefined>>
type Output<P extends Schemas> = v.InferOutput<v.StrictObjectSchema<P, undefined>>

/** What is wrong between parameters that are right one by one. */
export interface Conflict {
  readonly parameter: string
  readonly expected: string
}

export interface FaultOptions<P extends Schemas> {
  readonly step: Step
  /** The file's name: kebab-case. Its camelCase is the export's name. */
  readonly name: string
  readonly summary: (parameters: Output<P>) => string
  readonly parameters: P
  /**
   * Parameters that mean nothing beside the others, each with the reason: `where at is "hello"`. They are not shown, and
   * refused when they are given: what was asked for must not be ignored.
   */
  readonly idle?: (parameters: Output<P>) => { readonly [Name in keyof P]?: string }
  /** Looks at all of them together. */
  readonly check?: (parameters: Output<P>) => Conflict | undefined
  /** When it acts unless it is told. Default: always. Every fault takes `when` beside its parameters. */
  readonly when?: When
  readonly plan: (parameters: Output<P>) => Plan
  /** Default: both. */
  readonly worlds?: readonly WorldKind[]
  /** What it asks of the machine or of the database's provider. Default: nothing. */
  readonly needs?: readonly Need[]
}

/** Called with its parameters (all have defaults), a definition gives a fault. */
export interface FaultDefinition<P extends Schemas = Schemas> {
  /**
   * @throws InvalidInput when parameters are unknown, of the wrong type, out of range, contradict each other, or mean
   * nothing beside the others.
   */
  (parameters?: Input<P> & { readonly when?: When }): Fault
  readonly id: string
  readonly step: Step
  readonly faultName: string
  /** Of each parameter, beside `when`. */
  readonly schemas: P
  /** Of these parameters those that mean nothing beside the others, each with the reason. */
  readonly idle: (parameters?: Input<P> & { readonly when?: When }) => ReadonlyMap<string, string>
}

export function fault<const P extends Schemas>(options: FaultOptions<P>): FaultDefinition<P> {
  type Given = Input<P> & { readonly when?: When }
  const id = `${options.step}.${camelCase(options.name)}`
  // Made when it is first needed: a scenario needs one, and its step's face has forty.
  const schemaOf = () => v.strictObject({ ...options.parameters, when: v.optional(whenSchema, options.when) })
  /** All of them, also those that mean nothing beside the others. */
  const read = (input: Given) => {
    const { when, ...parameters } = parse(id, schemaOf(), input) as Output<P> & { when?: When }
    return { when, parameters: parameters as Output<P> }
  }
  const idleAmong = (parameters: Output<P>) =>
    new Map(Object.entries((options.idle?.(parameters) ?? {}) as Record<string, string>))
  const define = (input: Given = {} as Given): Fault => {
    const { when, parameters } = read(input)
    const idle = idleAmong(parameters)
    refuseIdle(id, idle, input)
    const conflict = options.check?.(parameters)
    if (conflict !== undefined) {
      const { expected, parameter } = conflict
      throw unexpected(id, [parameter], expected, (parameters as Record<string, unknown>)[parameter])
    }
    const plan = options.plan(parameters)
    const counted = when && notForStates(plan, when)
    if (counted !== undefined) {
      throw new InvalidInput(
        `${id}()`,
        `when.${counted}: expected afterMs or forMs only, since this fault is a state, saw ${show(when)}`,
        { path: ['break', 'when', counted] },
      )
    }
    const summary = options.summary(parameters)
    const meant = Object.fromEntries(Object.entries(parameters).filter(([name]) => !idle.has(name)))
    return {
      id,
      step: options.step,
      summary: when === undefined ? summary : [summary, whenText(when)].filter(Boolean).join(', '),
      parameters: when === undefined ? meant : { ...meant, when },
      plan: when === undefined ? plan : actingWhen(plan, when),
      worlds: options.worlds ?? ['sealed', 'portable'],
      needs: options.needs ?? [],
    }
  }
  const idle = (input: Given = {} as Given) => idleAmong(read(input).parameters)
  const { step, name: faultName, parameters: schemas } = options
  return Object.assign(define, { id, step, faultName, schemas, idle })
}

/** `1 day`, `30 days`: a count as a summary has it. */
export { countOf as counted } from '../machines/shared/evidence-words.ts'

export function camelCase(kebab: string): string {
  return kebab.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

function refuseIdle(id: string, idle: ReadonlyMap<string, string>, input: object): void {
  const given = Object.entries(input).filter(([name, value]) => idle.has(name) && value !== undefined)
  if (given.length === 0) return
  throw InvalidInput.of(given.map(([name, value]) => unexpected(id, [name], `none ${idle.get(name)}`, value)))
}

function parse(id: string, schema: v.StrictObjectSchema<Schemas, undefined>, input: unknown) {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new InvalidInput(`${id}()`, `expected an object of parameters, saw ${show(input)}`, {
      path: ['break'],
    })
  }
  // Not left to the schema: to it, what every object inherits (`constructor`, `__proto__`) is known.
  const known = Object.keys(schema.entries)
  const unknown = Object.keys(input).filter((name) => !known.includes(name))
  const problems = unknown.map((name) => unheardOf(id, 'parameter', [name], known))
  const own = Object.fromEntries(Object.entries(input).filter(([name]) => known.includes(name)))
  const result = v.safeParse(schema, own)
  if (result.success && problems.length === 0) return result.output
  const issues = result.success ? [] : result.issues.map((issue) => problemOf(id, issue, own))
  throw InvalidInput.of([...problems, ...firstOfEach(issues)])
}

function problemOf(id: string, issue: v.BaseIssue<unknown>, input: object): InvalidInput {
  const keys = (issue.path ?? []).map((item) => String(item.key))
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return unheardOf(id, 'condition', keys, conditions)
  }
  const value = keys.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], input)
  return unexpected(id, keys, issue.message, value)
}

/** A value that breaks several rules of its parameter is one problem: each has the same words. */
function firstOfEach(problems: readonly InvalidInput[]): InvalidInput[] {
  return [...new Map(problems.map((problem) => [problem.message, problem])).values()]
}

function unheardOf(
  id: string,
  kind: string,
  keys: readonly string[],
  known: readonly string[],
): InvalidInput {
  const nearest = didYouMean(keys.at(-1) ?? '', known)
  const problem = `unknown ${kind} "${keys.join('.')}".${nearest}`
  const next = known.length === 0 ? 'It takes none' : `It takes: ${known.join(', ')}`
  return new InvalidInput(`${id}()`, problem, { path: ['break', ...keys], next })
}

function unexpected(id: string, keys: readonly string[], expected: string, value: unknown): InvalidInput {
  return new InvalidInput(`${id}()`, `${keys.join('.')}: expected ${expected}, saw ${show(value)}`, {
    path: ['break', ...keys],
  })
}
