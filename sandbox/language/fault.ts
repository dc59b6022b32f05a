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
  /** Looks at all of them together. `given` has no defaults: what was asked for must not be ignored. */
  readonly check?: (parameters: Output<P>, given: Input<P>) => Conflict | undefined
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
  /** @throws InvalidInput when a parameter is unknown, of the wrong type, out of range, or contradicts another. */
  (parameters?: Input<P> & { readonly when?: When }): Fault
  readonly id: string
  readonly step: Step
  readonly faultName: string
  readonly defaults: () => Readonly<Record<string, unknown>>
  /** Of each parameter, beside `when`. */
  readonly schemas: P
}

export function fault<const P extends Schemas>(options: FaultOptions<P>): FaultDefinition<P> {
  const id = `${options.step}.${camelCase(options.name)}`
  // Made when it is first needed: a scenario needs one, and its step's face has forty.
  const schemaOf = () => v.strictObject({ ...options.parameters, when: v.optional(whenSchema, options.when) })
  const define = (input: Input<P> & { readonly when?: When } = {} as Input<P>): Fault => {
    const { when, ...parameters } = parse(id, schemaOf(), input) as Output<P> & { when?: When }
    const conflict = options.check?.(parameters as Output<P>, input)
    if (conflict !== undefined) {
      const { expected, parameter } = conflict
      throw unexpected(id, [parameter], expected, (parameters as Record<string, unknown>)[parameter])
    }
    const plan = options.plan(parameters as Output<P>)
    const counted = when && notForStates(plan, when)
    if (counted !== undefined) {
      throw new InvalidInput(
        `${id}()`,
        `when.${counted}: expected afterMs or forMs only, since this fault is a state, saw ${show(when)}`,
        { path: ['break', 'when', counted] },
      )
    }
    const summary = options.summary(parameters as Output<P>)
    return {
      id,
      step: options.step,
      summary: when === undefined ? summary : [summary, whenText(when)].filter(Boolean).join(', '),
      parameters: when === undefined ? parameters : { ...parameters, when },
      plan: when === undefined ? plan : actingWhen(plan, when),
      worlds: options.worlds ?? ['sealed', 'portable'],
      needs: options.needs ?? [],
    }
  }
  const defaults = () => {
    const { when, ...own } = v.getDefaults(schemaOf()) as Record<string, unknown>
    return when === undefined ? own : { ...own, when }
  }
  const { step, name: faultName, parameters: schemas } = options
  return Object.assign(define, { id, step, faultName, defaults, schemas })
}

/** `1 day`, `30 days`: a count as a summary has it. */
export { countOf as counted } from '../machines/shared/evidence-words.ts'

export function camelCase(kebab: string): string {
  return kebab.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

function parse(id: string, schema: v.StrictObjectSchema<Schemas, undefined>, input: unknown) {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new InvalidInput(`${id}()`, `expected an object of parameters, saw ${show(input)}`, {
      path: ['break'],
    })
  }
  // Not left to the schema: to it, what every object inherits (`constructor`, `__proto__`) is known.
  const known = Object.keys(schema.entries)
  const unknown = Object.keys(input).find((name) => !known.includes(name))
  if (unknown !== undefined) throw unheardOf(id, 'parameter', [unknown], known)
  const result = v.safeParse(schema, input)
  if (result.success) return result.output
  const [issue] = result.issues
  const keys = (issue.path ?? []).map((item) => String(item.key))
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    throw unheardOf(id, 'condition', keys, conditions)
  }
  const value = keys.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], input)
  throw unexpected(id, keys, issue.message, value)
}

function unheardOf(
  id: string,
  kind: string,
  keys: readonly string[],
  known: readonly string[],
): InvalidInput {
  const nearest = didYouMean(keys.at(-1) ?? '', known)
  const problem = `unknown ${kind} "${keys.join('.')}".${nearest} It takes: ${known.join(', ')}`
  return new InvalidInput(`${id}()`, problem, { path: ['break', ...keys] })
}

function unexpected(id: string, keys: readonly string[], expected: string, value: unknown): InvalidInput {
  return new InvalidInput(`${id}()`, `${keys.join('.')}: expected ${expected}, saw ${show(value)}`, {
    path: ['break', ...keys],
  })
}
