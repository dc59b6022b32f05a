import * as v from 'valibot'
import type { FaultDefinition } from '../language/fault.ts'
import { stepFolder, stepNumber, steps } from '../language/steps.ts'
import { conditionSchemas, conditions, stateConditions } from '../language/when.ts'
import { faultCatalogue, findDefinition, readParameters } from '../live/faults.ts'
import { screenOf, wrapped } from '../report/screen.ts'

/** Every fault with its parameters, a line each. */
export async function catalogueLines(): Promise<string[]> {
  const inOrder = (one: FaultDefinition, other: FaultDefinition) =>
    steps.indexOf(one.step) - steps.indexOf(other.step)
  const faults = [...(await faultCatalogue()).values()].sort(inOrder)
  const width = Math.max(...faults.map(({ id }) => id.length))
  const lines = faults.map(({ id, step, defaults }) => {
    const { when, ...own } = defaults()
    const all = [...Object.entries(own), ...entriesOf(when)]
    const parameters = all.map(([name, value]) => `${name}=${value}`)
    return `${stepNumber(step)} ${step.padEnd(8)}  ${id.padEnd(width)}  ${parameters.join(' ')}`.trimEnd()
  })
  const names = (some: readonly string[]) => some.map((name) => `when.${name}`).join(' ')
  return [
    `${'STEP'.padEnd(11)}  ${'FAULT'.padEnd(width)}  PARAMETERS`,
    ...lines,
    '',
    `Each also takes       ${names(conditions)}`,
    `Where it is a state   ${names(stateConditions)}`,
    'Which values          npm run sandbox break dns.truncated help',
  ]
}

/**
 * One fault with these parameters: what breaks, and which values each parameter takes. A state takes fewer
 * conditions, and whether it is one may depend on the parameters.
 * @throws InvalidInput for a fault or a parameter that is not known, and for a value that is wrong.
 */
export async function faultLines(id: string, words: readonly string[]): Promise<string[]> {
  const definition = await findDefinition(id)
  const { faultName, schemas, step } = definition
  const { parameters, plan, summary } = definition(readParameters(words))
  const { when, ...own } = parameters
  const values = new Map<string, unknown>([...Object.entries(own), ...entriesOf(when)])
  const taken = [
    ...Object.entries(schemas),
    ...Object.entries(conditionSchemas)
      .filter(([name]) => plan.state === undefined || stateConditions.includes(name))
      .map(([name, schema]) => [`when.${name}`, schema] as const),
  ].map(([name, schema]) => ({
    start: `  ${name}${values.has(name) ? `=${values.get(name)}` : ''}`,
    expected: expectedOf(schema as v.GenericSchema),
  }))
  const width = Math.max(...taken.map(({ start }) => start.length)) + 3
  const { columns } = screenOf(process.stdout)
  return [
    ...wrapped(`${id}   `, summary, columns),
    '',
    ...taken.flatMap(({ expected, start }) => wrapped(start.padEnd(width), expected, columns)),
    '',
    `  What each means: sandbox/${stepFolder(step)}/${faultName}.ts; of when: sandbox/machines/shared/when.ts`,
  ]
}

/** The words with which any other value is refused. */
function expectedOf(schema: v.GenericSchema): string {
  return v.safeParse(schema, Symbol('no value of any parameter')).issues![0].message
}

function entriesOf(when: unknown): [string, unknown][] {
  return Object.entries(when ?? {}).map(([name, value]) => [`when.${name}`, value])
}
