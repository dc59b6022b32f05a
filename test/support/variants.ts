import { InvalidInput } from '../../sandbox/errors/invalid-input.ts'
import type { Fault, FaultDefinition } from '../../sandbox/language/fault.ts'

/** The shortest and the longest of each kind of text; a parameter takes those that are of its kind. */
const texts = [
  'a',
  `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`,
  '_a-1.example.test',
  '127.0.0.251',
  '127.0.0.254',
]

/** What valibot says of a schema, as far as it matters here. */
interface Described {
  readonly wrapped?: Described
  readonly options?: readonly unknown[]
  readonly pipe?: readonly { readonly type: string; readonly requirement?: unknown }[]
}

function extremesOf(schema: Described): readonly unknown[] {
  const { options, pipe = [], wrapped } = schema
  if (wrapped !== undefined) return extremesOf(wrapped)
  if (options !== undefined) return options
  const ends = pipe.filter(({ type }) => type === 'min_value' || type === 'max_value')
  return ends.length > 0 ? ends.map(({ requirement }) => requirement) : texts
}

/** With its defaults, and with each extreme of each parameter, the others as they are. */
export function variantsOf(definition: FaultDefinition): readonly Fault[] {
  const faults = [definition()]
  for (const [name, schema] of Object.entries(definition.schemas)) {
    for (const value of extremesOf(schema as Described)) {
      try {
        faults.push(definition({ [name]: value } as never))
      } catch (error) {
        // Of another kind, or against another parameter: refused before anything is armed.
        if (!(error instanceof InvalidInput)) throw error
      }
    }
  }
  return faults
}
