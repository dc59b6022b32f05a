import { InvalidInput, show } from '../errors/invalid-input.ts'
import { didYouMean } from '../errors/nearest.ts'
import { type ClientName, clientNames } from '../language/scenario.ts'
import { type Step, stepColumns, steps, stepWords } from '../language/steps.ts'
import type { ScenarioFile } from '../run/file/scenario-file.ts'
import { findScenarioFiles, listScenarioFiles, wholeCatalogue } from '../run/file/scenario-place.ts'
import type { Arguments } from './arguments.ts'
import { databaseChoice, worldChoice } from './world-choice.ts'

// Everything is checked before anything starts, and the start waits for it: this file reads no scenario and
// imports nothing that takes long.

/** What the command line asks for. */
export type Choice =
  | {
      readonly kind: 'list'
      readonly step: Step | undefined
      readonly files: readonly string[]
      /** Each of them stands in what is listed. */
      readonly words: readonly string[]
    }
  | {
      readonly kind: 'run'
      readonly files: readonly string[]
      /** How many run side by side. */
      readonly jobs: number
      /** Undefined means all. */
      readonly clients: readonly ClientName[] | undefined
    }

/** Each takes standard output for itself, so that only one can be given; the lines for people go to stderr then. */
export const outputs = ['report', 'table', 'print-expect'] as const

/** Flags that say how to run. Where nothing is to run, they would be ignored without a word. */
const runFlags = [
  ...outputs,
  'client',
  'jobs',
  'world',
  'database',
  'database-url',
  'allow-remote-database',
] as const

/**
 * What the command line asks for.
 * @throws InvalidInput when a word or a flag is wrong, two of them contradict each other, or nothing matches.
 */
export function chooseScenarios(args: Arguments): Choice {
  const { flags, given, words } = args
  oneOfWords('report', flags, ['json'])
  oneOfWords('table', flags, ['worlds', 'diagnoses'])
  const [output, other] = outputs.filter((flag) => flags[flag] !== undefined)
  if (other !== undefined)
    throw wrong(`--${other}: expected one output on standard output, saw --${output} too`)
  const { kind } = worldChoice(args)
  if (kind !== undefined && flags['table'] === 'worlds')
    throw wrong(`--world: expected none beside --table=worlds, which runs in both, saw ${kind}`)
  const step = stepOf(flags['step'])
  const [clients, jobs] = [clientsOf(flags['client']), jobsOf(flags['jobs'])]
  for (const flag of ['all', 'step'] as const) {
    if (words.length > 0 && flags[flag] && !flags['list'])
      throw wrong(`--${flag}: expected no scenarios beside it, saw ${words.join(' ')}`)
  }
  if (flags['list'] && flags['all']) throw wrong('--all: expected to run all or to list them, saw --list too')
  if (flags['list'] || (words.length === 0 && !flags['all'])) {
    const idle = runFlags.find((flag) => given.includes(flag))
    if (idle === undefined) return { kind: 'list', step, files: [...wholeCatalogue(step).values()], words }
    throw wrong(`--${idle}: expected scenarios to run with it, saw none`, 'Name some, or add --all')
  }
  databaseChoice(args)
  const files = flags['all'] ? [...wholeCatalogue(step).values()] : words.flatMap(findScenarioFiles)
  return { kind: 'run', files, jobs, clients }
}

/**
 * The catalogue, a line each where the screen has room for it; or what of it has each of the words: in its id, its
 * title, its fault, what clients see, or its lesson.
 * @throws InvalidInput where none has.
 */
export async function listLines(
  files: readonly string[],
  words: readonly string[],
  columns: number,
): Promise<string[]> {
  const [{ loadScenarioFiles }, { listed }] = await Promise.all([
    import('../run/file/scenario-file.ts'),
    import('../report/screen.ts'),
  ])
  const start = (of: string, id: string) => `${of.padEnd(stepColumns)}  ${id}`
  const wanted = words.map((word) => word.toLowerCase())
  const found = (await loadScenarioFiles(files)).filter((each) => {
    const text = textOf(each)
    return wanted.every((word) => text.includes(word))
  })
  if (found.length === 0 && words.length > 0) {
    const saw = show(words.join(' '))
    throw wrong(
      `--list: expected words that a scenario has, saw ${saw}, which none has`,
      'All of them: npm run scenario -- --list',
    )
  }
  return listed(
    [
      { start: start('STEP', 'ID'), text: 'WHAT BREAKS' },
      ...found.map(({ id, scenario }) => ({
        start: start(stepWords(scenario.break.step), id),
        text: scenario.title,
      })),
    ],
    columns,
  )
}

/** All that it says, in small letters. */
function textOf({ id, scenario }: ScenarioFile): string {
  const { break: broken, expect, lesson, portable, title } = scenario
  const { step, id: fault, summary } = broken
  const all = { id, title, step, fault, summary, expect, portable, lesson }
  return JSON.stringify(all, (_, value) => (value instanceof RegExp ? value.source : value)).toLowerCase()
}

function wrong(problem: string, next?: string): InvalidInput {
  return new InvalidInput('npm run scenario', problem, next === undefined ? {} : { next })
}

function oneOfWords(name: string, flags: Arguments['flags'], known: readonly string[]): void {
  const value = flags[name]
  if (value === undefined || known.includes(String(value))) return
  throw wrong(`--${name}: expected ${known.join(' or ')}, saw ${show(value)}`)
}

function stepOf(flag: string | boolean | undefined): Step | undefined {
  if (flag === undefined) return undefined
  const step = steps.find((each) => each === flag)
  if (step === undefined) {
    throw wrong(
      `--step: expected a step, saw ${show(flag)}.${didYouMean(String(flag), steps)}`,
      `Steps: ${steps.join(', ')}`,
    )
  }
  if (listScenarioFiles(step).size > 0) return step
  throw wrong(`--step: expected a step with scenarios, saw ${step}, which has none`)
}

function clientsOf(flag: string | boolean | undefined): readonly ClientName[] | undefined {
  if (typeof flag !== 'string') return undefined
  return flag.split(',').map((word) => {
    const client = clientNames.find((name) => name === word)
    if (client !== undefined) return client
    throw wrong(
      `--client: expected a client, saw ${show(word)}.${didYouMean(word, clientNames)}`,
      `Clients: ${clientNames.join(', ')}`,
    )
  })
}

function jobsOf(jobs: string | boolean = '1'): number {
  const count = Number(jobs)
  if (Number.isInteger(count) && count >= 1 && count <= 16) return count
  throw wrong(`--jobs: expected a whole number from 1 to 16, saw ${show(jobs)}`)
}
