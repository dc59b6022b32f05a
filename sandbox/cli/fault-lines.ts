import * as v from 'valibot'
import type { FaultDefinition } from '../language/fault.ts'
import { stepColumns, stepFolder, steps, stepWords } from '../language/steps.ts'
import { conditionSchemas, conditions, stateConditions } from '../language/when.ts'
import { faultCatalogue, findDefinition, readParameters } from '../live/faults.ts'
import { listed, wrapped } from '../report/screen.ts'

/** Every fault with its parameters, a line each where the screen has room for it. */
export async function catalogueLines(columns: number): Promise<string[]> {
  const inOrder = (one: FaultDefinition, other: FaultDefinition) =>
    steps.indexOf(one.step) - steps.indexOf(other.step)
  const faults = [...(await faultCatalogue()).values()].sort(inOrder)
  const start = (of: string, id: string) => `${of.padEnd(stepColumns)}  ${id}`
  const rows = faults.map((define) => {
    const { id, step } = define
    const { when, ...own } = define().parameters
    const all = [...Object.entries(own), ...entriesOf(when)]
    return {
      start: start(stepWords(step), id),
      text: all.map(([name, value]) => `${name}=${value}`).join(' '),
    }
  })
  const names = (some: readonly string[]) => some.map((name) => `when.${name}`).join(' ')
  return [
    ...listed([{ start: start('STEP', 'FAULT'), text: 'PARAMETERS' }, ...rows], columns),
    '',
    ...listed(
      [
        { start: 'Each also takes', text: names(conditions) },
        { start: 'Where it is a state', text: names(stateConditions) },
        { start: 'Which values', text: 'npm run sandbox break dns.truncated help' },
      ],
      columns,
    ),
  ]
}

/**
 * One fault with these parameters: what breaks, and which values each parameter takes. A state takes fewer
 * conditions, and whether it is one may depend on the parameters.
 * @throws InvalidInput for a fault or a parameter that is not known, and for a value that is wrong.
 */
export async function faultLines(id: string, words: readonly string[], columns: number): Promise<string[]> {
  const definition = await findDefinition(id)
  const { faultName, schemas, step } = definition
  const given = readParameters(words)
  const { parameters, plan, summary } = definition(given)
  const idle = definition.idle(given)
  const { when, ...own } = parameters
  const values = new Map<string, unknown>([...Object.entries(own), ...entriesOf(when)])
  const taken = [
    ...Object.entries(schemas),
    ...Object.entries(conditionSchemas)
      .filter(([name]) => plan.state === undefined || stateConditions.includes(name))
      .map(([name, schema]) => [`when.${name}`, schema] as const),
  ].map(([name, schema]) => ({
    start: `  ${name}${values.has(name) ? `=${values.get(name)}` : ''}`,
    text: [expectedOf(schema as v.GenericSchema), ...idleText(idle.get(name))].join('; '),
  }))
  return [
    ...wrapped(`${id}   `, summary, columns, { indent: 2 }),
    '',
    ...listed(taken, columns),
    '',
    ...wrapped(
      '  ',
      `What each means: sandbox/${stepFolder(step)}/${faultName}.ts; of when: sandbox/machines/shared/when.ts`,
      columns,
    ),
  ]
}

/** The words with which any other value is refused. */
function expectedOf(schema: v.GenericSchema): string {
  return v.safeParse(schema, Symbol('no value of any parameter')).issues![0].message
}

/** What means nothing beside the others stands there without a value: typed as printed, it would be refused. */
function idleText(why: string | undefined): string[] {
  return why === undefined ? [] : [`none ${why}`]
}

function entriesOf(when: unknown): [string, unknown][] {
  return Object.entries(when ?? {}).map(([name, value]) => [`when.${name}`, value])
}
