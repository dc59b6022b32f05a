import { clients } from '../clients/index.ts'
import { InvalidInput, show } from '../invalid-input.ts'
import { didYouMean } from '../nearest.ts'
import {
  findScenarioFile,
  listScenarioFiles,
  loadScenarioFile,
  type ScenarioFile,
} from '../run/scenario-file.ts'
import { type Step, stepNumber, steps } from '../steps.ts'
import type { Arguments } from './arguments.ts'

/**
 * The scenarios that the command line names, loaded and checked.
 * @throws InvalidInput when a word or a flag is wrong, nothing matches, or a file is not valid.
 */
export async function chooseScenarios({ flags, words }: Arguments): Promise<readonly ScenarioFile[]> {
  const { report } = flags
  if (report !== undefined && report !== 'json') {
    throw new InvalidInput('npm run scenario', `--report: expected json, saw ${report}`)
  }
  const { table } = flags
  if (table !== undefined && table !== 'worlds' && table !== 'diagnoses') {
    throw new InvalidInput('npm run scenario', `--table: expected worlds or diagnoses, saw ${show(table)}`)
  }
  const step = stepOf(flags['step'])
  const files = flags['all'] ? [...listScenarioFiles(step).values()] : words.map(findScenarioFile)
  if (files.length === 0) {
    const where = step === undefined ? '' : ` in step ${step}`
    throw new InvalidInput('npm run scenario', `nothing to run: there is no scenario${where}`)
  }
  return await Promise.all(files.map(loadScenarioFile))
}

/** The catalogue, a line each. */
export async function listLines({ flags }: Arguments): Promise<string[]> {
  const rows = await Promise.all([...listScenarioFiles(stepOf(flags['step'])).values()].map(loadScenarioFile))
  const width = Math.max(2, ...rows.map(({ id }) => id.length))
  const lines = rows.map(({ id, scenario }) => {
    const { step } = scenario.break
    return `${stepNumber(step)} ${step.padEnd(8)}  ${id.padEnd(width)}  ${scenario.title}`
  })
  return [`${'STEP'.padEnd(11)}  ${'ID'.padEnd(width)}  WHAT BREAKS`, ...lines]
}

function stepOf(flag: string | boolean | undefined): Step | undefined {
  if (flag === undefined) return undefined
  const step = steps.find((each) => each === flag)
  if (step !== undefined) return step
  throw new InvalidInput(
    'npm run scenario',
    `--step: unknown step "${flag}".${didYouMean(String(flag), steps)}`,
    {
      next: `Steps: ${steps.join(', ')}`,
    },
  )
}

/**
 * The clients of `--client=fetch,curl`; undefined means all.
 * @throws InvalidInput for a client that is not known.
 */
export function chosenClients({ flags }: Arguments): readonly string[] | undefined {
  const { client } = flags
  if (typeof client !== 'string') return undefined
  const known = Object.keys(clients)
  return client.split(',').map((name) => {
    if (known.includes(name)) return name
    throw new InvalidInput(
      'npm run scenario',
      `--client: unknown client "${name}".${didYouMean(name, known)}`,
      {
        next: `Clients: ${known.join(', ')}`,
      },
    )
  })
}

/**
 * How many scenarios run side by side.
 * @throws InvalidInput when it is no number from 1 to 16.
 */
export function jobsOf({ flags }: Arguments): number {
  const { jobs = '1' } = flags
  const count = Number(jobs)
  if (Number.isInteger(count) && count >= 1 && count <= 16) return count
  throw new InvalidInput(
    'npm run scenario',
    `--jobs: expected a whole number from 1 to 16, saw ${show(jobs)}`,
  )
}
