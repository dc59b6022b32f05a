import { timed } from '../host/spans.ts'
import type { ScenarioFile } from '../run/file/scenario-file.ts'
import type { ScenarioReport } from '../run/report.ts'
import type { WorldOptions } from '../world/world.ts'
import { WorldPool } from '../world/world-pool.ts'
import { type Arguments, readArguments } from './arguments.ts'
import { type Choice, chooseScenarios, listLines } from './choose-scenarios.ts'
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
  world: { type: 'string' },
  database: { type: 'string' },
  'database-url': { type: 'string' },
  'allow-remote-database': { type: 'boolean' },
  help: { type: 'boolean' },
} as const

const help = `npm run scenario <id or path...>     run scenarios: break one step, prove what each client sees
npm run scenario -- --list           all scenarios
npm run scenario -- --all            run all of them; with --step=dns those of one step
npm run scenario -- --report=json    the report as JSON; the lines for people go to stderr
  --jobs=3                           as many side by side, each in a world of its own
  --table=worlds|diagnoses           a table from these runs: what differs between the worlds; broken × diagnosed
  --client=fetch,curl                only these clients
  --world=sealed|portable            default: sealed where namespaces work
  --database=embedded|testcontainers default: embedded, which needs nothing; the other a container engine
  --database-url=<url>               use this Postgres (a database of its own is created in it)
  --allow-remote-database            ... even if it is not on this machine

exit codes  0 every promise kept   1 a client saw something else   2 wrong usage or scenario file
            3 a part died or never came up   4 the fault did not fire, or was left behind
            5 all skipped   70 a bug of ours   130, 143 stopped by a signal`

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
    if (flags['help']) return print(help)
    const choice = chooseScenarios(args)
    if (choice.kind === 'list') {
      const lines = (await listLines(choice.step)).join('\n')
      if (flags['list']) return print(lines)
      return print(
        choice.step === undefined
          ? `${help}\n\n${lines}\n\ntry          npm run scenario dns-failure`
          : `${lines}\n\nrun them     npm run scenario -- --all --step=${choice.step}`,
      )
    }
    const pool = new WorldPool({
      database: databaseChoice(args),
      onProgress: (line) => process.stderr.write(`${line}\n`),
    })
    this.#pool = pool
    // Awaited so that the imports below do not compete with those that spawning needs.
    if (flags['table'] !== 'worlds') await pool.openEarly(worldChoice(args).kind)
    const scenarios = await timed('scenario', async () => {
      const { loadScenarioFile } = await import('../run/file/scenario-file.ts')
      return await Promise.all(choice.files.map(loadScenarioFile))
    })
    return await this.#runAll(pool, scenarios, choice, args)
  }

  async #runAll(
    pool: WorldPool,
    scenarios: readonly ScenarioFile[],
    { clients, jobs }: RunChoice,
    args: Arguments,
  ): Promise<number> {
    const [{ runInLanes }, { exitCode, exitCodes }, { toJson, writeLast }, { screenOf }] = await timed(
      'run imported',
      () =>
        Promise.all([
          import('./lanes.ts'),
          import('../run/outcome.ts'),
          import('../report/json.ts'),
          import('../report/screen.ts'),
        ]),
    )
    const { flags } = args
    const out = flags['report'] === 'json' || flags['table'] !== undefined ? process.stderr : process.stdout
    const runs = (kind: WorldOptions['kind']) =>
      runInLanes(scenarios, {
        jobs,
        wanted: (client) => clients === undefined || clients.includes(client),
        ...{ kind, pool },
        screen: screenOf(out),
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
    out.write(`${summary(all)}\n  report ${writeLast(whole, process.cwd())}\n`)
    if (flags['report'] === 'json') process.stdout.write(`${toJson(whole)}\n`)
    const isWrong = flags['table'] !== undefined && (await printTable(flags['table'], reports))
    return isWrong && code === 0 ? exitCodes.mismatch : code
  }

  /** Also while worlds come up: what is half open has to be ended too. */
  async close(): Promise<string | undefined> {
    if (this.#pool === undefined) return undefined
    await this.#pool.close()
    return 'stopped before the end: everything healed and ended, no report'
  }
}

function summary(reports: readonly ScenarioReport[]): string {
  if (reports.length < 2) return ''
  const counts = Object.entries(Object.groupBy(reports, ({ outcome }) => outcome))
  const failed = reports
    .filter(({ outcome }) => outcome !== 'pass' && outcome !== 'skipped')
    .map(({ id }) => id)
  const words = counts.map(([outcome, { length }]) => `${length} ${outcome}`).join(', ')
  return `\n  ${reports.length} scenarios: ${words}${failed.length === 0 ? '' : `\n  look at: ${failed.join(' ')}`}\n`
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
