import type { InvalidInput } from '../errors/invalid-input.ts'
import { timed } from '../host/spans.ts'
import type { ScenarioFile } from '../run/file/scenario-file.ts'
import type { ScenarioReport } from '../run/report.ts'
import type { WorldOptions } from '../world/world.ts'
import { WorldPool } from '../world/world-pool.ts'
import { type Arguments, readArguments } from './arguments.ts'
import { type Choice, chooseScenarios, listLines, outputs } from './choose-scenarios.ts'
import type { Command } from './command.ts'
import { databaseChoice, worldChoice } from './world-choice.ts'

const options = {
  list: { type: 'boolean' },
  all: { type: 'boolean' },
  step: { type: 'string' },
  report: { type: 'string' },
  client: { type: 'string' },
  jobs: { type: 'string' },
  table: { type: 'string' },
  'print-expect': { type: 'boolean' },
  world: { type: 'string' },
  database: { type: 'string' },
  'database-url': { type: 'string' },
  'allow-remote-database': { type: 'boolean' },
  help: { type: 'boolean' },
} as const

type RunChoice = Extract<Choice, { kind: 'run' }>

/**
 * `npm run scenario`: lists, checks and runs scenarios. Postgres and the API take longest to come up, so they
 * are started before anything else is even imported.
 */
export class ScenarioCommand implements Command {
  #pool: WorldPool | undefined

  async run(): Promise<number> {
    const args = readArguments('scenario', options)
    const { flags } = args
    if (flags['help']) return print(await help())
    const choice = chooseScenarios(args)
    if (choice.kind === 'list') return print(await overview(choice, flags['list'] === true))
    const pool = new WorldPool({
      database: databaseChoice(args),
      sideBySide: choice.jobs,
      onProgress: (line) => process.stderr.write(`${line}\n`),
      ...(flags['table'] === 'worlds' && { kindReason: 'the table is of both' }),
    })
    this.#pool = pool
    // Awaited so that the imports below do not compete with those that spawning needs.
    if (flags['table'] !== 'worlds') await pool.openEarly(worldChoice(args).kind)
    const scenarios = await timed('scenario', async () => {
      const { loadScenarioFiles } = await import('../run/file/scenario-file.ts')
      return await loadScenarioFiles(choice.files)
    })
    return await this.#runAll(pool, scenarios, choice, args)
  }

  async #runAll(
    pool: WorldPool,
    scenarios: readonly ScenarioFile[],
    { clients, jobs }: RunChoice,
    args: Arguments,
  ): Promise<number> {
    const [
      { runInLanes },
      { exitCode, exitCodes },
      { toJson, writeLast },
      { screenOf, painter },
      { labelled },
    ] = await timed('run imported', () =>
      Promise.all([
        import('./lanes.ts'),
        import('../run/outcome.ts'),
        import('../report/json.ts'),
        import('../report/screen.ts'),
        import('../report/terminal.ts'),
      ]),
    )
    const { flags } = args
    const out = outputs.some((flag) => flags[flag] !== undefined) ? process.stderr : process.stdout
    const screen = screenOf(out)
    const runs = (kind: WorldOptions['kind']) =>
      runInLanes(scenarios, {
        jobs,
        wanted: (client) => clients === undefined || clients.includes(client),
        ...{ kind, pool, screen },
        print: (lines) => {
          // A world that was taken away is no finding.
          if (pool.isClosed) throw new Error('stopped')
          out.write(`${lines.join('\n')}\n`)
        },
      })
    const reports =
      flags['table'] === 'worlds'
        ? [await runs('sealed'), await runs('portable')]
        : [await runs(worldChoice(args).kind)]
    // All calls are over: the parts end while the report is written.
    void this.close()
    const all = reports.flat()
    const code = exitCode(all.map(({ outcome }) => outcome))
    const whole = { faultpath: 1, exitCode: code, scenarios: all } as const
    const written = labelled('report', writeLast(whole, process.cwd()), screen.columns, painter(screen))
    out.write(`${summary(all)}${written.join('\n')}\n`)
    if (flags['print-expect']) await printExpect(scenarios, all)
    if (flags['report'] === 'json') process.stdout.write(`${toJson(whole)}\n`)
    const isWrong = flags['table'] !== undefined && (await printTable(flags['table'], reports))
    return isWrong && code === 0 ? exitCodes.mismatch : code
  }

  async blame(error: unknown): Promise<InvalidInput | undefined> {
    const { strayProblem } = await import('../run/file/blame.ts')
    return strayProblem(error)
  }

  /** Also while worlds come up: what is half open has to be ended too. */
  async close(): Promise<string | undefined> {
    if (this.#pool === undefined) return undefined
    await this.#pool.close()
    return 'stopped before the end: everything healed and ended, no report'
  }
}

/** As wide as the terminal. Imported here: a run starts without it. */
async function help(): Promise<string> {
  const [{ scenarioHelp }, { screenOf }] = await Promise.all([
    import('./help.ts'),
    import('../report/screen.ts'),
  ])
  return scenarioHelp(screenOf(process.stdout).columns)
}

/** What there is; and, unless only the list was asked for, what to type. */
async function overview(
  { files, step, words }: Extract<Choice, { kind: 'list' }>,
  isListOnly: boolean,
): Promise<string> {
  const { screenOf } = await import('../report/screen.ts')
  const list = (await listLines(files, words, screenOf(process.stdout).columns)).join('\n')
  if (isListOnly) return list
  return step === undefined
    ? `${await help()}\n\n${list}\n\ntry          npm run scenario dns-failure`
    : `${list}\n\nrun them     npm run scenario -- --all --step=${step}`
}

function summary(reports: readonly ScenarioReport[]): string {
  if (reports.length < 2) return ''
  const counts = Object.entries(Object.groupBy(reports, ({ outcome }) => outcome))
  const failed = reports
    .filter(({ outcome }) => outcome !== 'pass' && outcome !== 'skipped')
    .map(({ id }) => id)
  const words = counts.map(([outcome, { length }]) => `${length} ${outcome}`).join(', ')
  return `\n  ${reports.length} scenarios: ${words}${failed.length === 0 ? '' : `\n  look at: ${failed.join(' ')}`}\n\n`
}

/** What each scenario's clients were seen to do, ready to be pasted into its file. */
async function printExpect(
  scenarios: readonly ScenarioFile[],
  reports: readonly ScenarioReport[],
): Promise<void> {
  const { expectLines } = await import('../report/expect.ts')
  for (const [index, report] of reports.entries()) {
    const hasOwn = scenarios[index]?.scenario.portable !== undefined
    const lines = expectLines(report, report.world === 'portable' && hasOwn ? 'portable' : 'expect')
    if (lines.length > 0) print([...(reports.length > 1 ? [`  // ${report.id}`] : []), ...lines].join('\n'))
  }
}

/** @returns whether it shows a wrong diagnosis. */
async function printTable(
  table: string | boolean,
  reports: readonly (readonly ScenarioReport[])[],
): Promise<boolean> {
  const { diagnosisTable, worldDifferences } = await import('../report/tables.ts')
  const [first = [], second = []] = reports
  if (table === 'worlds') {
    print(worldDifferences(first, second).join('\n'))
    return false
  }
  const { lines, wrong } = diagnosisTable(first)
  print([...lines, ...(wrong.length === 0 ? ['', 'no wrong diagnosis'] : ['', ...wrong])].join('\n'))
  return wrong.length > 0
}

function print(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}
