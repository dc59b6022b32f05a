import * as v from 'valibot'
import { InvalidInput, show } from './invalid-input.ts'
import { didYouMean } from './nearest.ts'
import type { Step } from './steps.ts'
import type { DatabaseNeed } from './world/database/database.ts'
import type { Plan } from './world/points.ts'

/** `sealed`: clients in their own namespaces with the operating system's resolver. `portable`: anywhere. */
export type WorldKind = 'sealed' | 'portable'

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
  readonly plan: (parameters: Output<P>) => Plan
  /** Default: both. */
  readonly worlds?: readonly WorldKind[]
  /** What it asks of the machine or of the database's provider. Default: nothing. */
  readonly needs?: readonly Need[]
}

/** Called with its parameters (all have defaults), a definition gives a fault. */
export interface FaultDefinition<P extends Schemas = Schemas> {
  /** @throws InvalidInput when a parameter is unknown, of the wrong type, out of range, or contradicts another. */
  (parameters?: Input<P>): Fault
  readonly id: string
  readonly step: Step
  readonly faultName: string
  readonly defaults: Readonly<Record<string, unknown>>
}

export function fault<const P extends Schemas>(options: FaultOptions<P>): FaultDefinition<P> {
  const id = `${options.step}.${camelCase(options.name)}`
  const schema = v.strictObject(options.parameters)
  const define = (input: Input<P> = {} as Input<P>): Fault => {
    const parameters = parse(id, schema, input) as Output<P>
    const conflict = options.check?.(parameters, input)
    if (conflict !== undefined) {
      const { expected, parameter } = conflict
      const value = (parameters as Record<string, unknown>)[parameter]
      throw unexpected(id, parameter, expected, value)
    }
    return {
      id,
      step: options.step,
      summary: options.summary(parameters),
      parameters: parameters as Record<string, unknown>,
      plan: options.plan(parameters),
      worlds: options.worlds ?? ['sealed', 'portable'],
      needs: options.needs ?? [],
    }
  }
  const defaults = v.getDefaults(schema) as Record<string, unknown>
  return Object.assign(define, { id, step: options.step, faultName: options.name, defaults })
}

export function camelCase(kebab: string): string {
  return kebab.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

function parse<P extends Schemas>(id: string, schema: v.StrictObjectSchema<P, undefined>, input: unknown) {
  const result = v.safeParse(schema, input)
  if (result.success) return result.output
  const issue = result.issues[0]
  const key = issue.path?.[0]?.key
  if (key === undefined) {
    throw new InvalidInput(`${id}()`, `expected an object of parameters, saw ${show(input)}`, {
      path: ['break'],
    })
  }
  const name = String(key)
  if (!Object.hasOwn(schema.entries, name)) {
    const known = Object.keys(schema.entries)
    const offer = known.length === 0 ? 'It takes no parameters' : `It takes: ${known.join(', ')}`
    throw new InvalidInput(`${id}()`, `unknown parameter "${name}".${didYouMean(name, known)} ${offer}`, {
      path: ['break', name],
    })
  }
  throw unexpected(id, name, issue.message, (input as Record<string, unknown>)[name])
}

function unexpected(id: string, name: string, expected: string, value: unknown): InvalidInput {
  return new InvalidInput(`${id}()`, `${name}: expected ${expected}, saw ${show(value)}`, {
    path: ['break', name],
  })
}
