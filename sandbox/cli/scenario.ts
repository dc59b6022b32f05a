import type { ScenarioReport } from '../report/report.ts'
import type { ScenarioFile } from '../run/scenario-file.ts'
import type { World } from '../world/world.ts'
import { type Arguments, readArguments } from './arguments.ts'
import type { Command } from './main.ts'
import { databaseChoice, worldChoice } from './world-choice.ts'

const options = {
  list: { type: 'boolean' },
  all: { type: 'boolean' },
  step: { type: 'string' },
  report: { type: 'string' },
  client: { type: 'string' },
  world: { type: 'string' },
  'database-url': { type: 'string' },
  'allow-remote-database': { type: 'boolean' },
  help: { type: 'boolean' },
} as const

const help = `npm run scenario <id or path...>     run scenarios: break one step, prove what each client sees
npm run scenario -- --list           all scenarios
npm run scenario -- --all            run all of them; with --step=dns those of one step
npm run scenario -- --report=json    the report as JSON; the lines for people go to stderr
  --client=fetch,curl                only these clients
  --world=sealed|portable            default: sealed where namespaces work
  --database-url=<url>               use this Postgres (a database of its own is created in it)
  --allow-remote-database            ... even if it is not on this machine

exit codes  0 every promise kept   1 a client saw something else   2 wrong usage or scenario file
            3 a part died or never came up   4 the fault did not fire, or was left behind
            5 all skipped   70 a bug of ours   130, 143 stopped by a signal`

/**
 * `npm run scenario`: lists, checks and runs scenarios. Postgres and the API take longest to come up, so they
 * are started before anything else is even imported.
 */
export class ScenarioCommand implements Command {
  #opening: Promise<World> | undefined

  async run(): Promise<number> {
    const args = readArguments('scenario', options)
    const { flags, words } = args
    if (flags['help']) return print(help)
    const isListing = flags['list'] === true || (words.length === 0 && flags['all'] !== true)
    // Awaited so that the imports below do not compete with those that spawning needs.
    if (!isListing) await this.#open(args)
    const { chooseScenarios, listLines } = await import('./choose-scenarios.ts')
    if (isListing) {
      const lines = (await listLines(args)).join('\n')
      return print(flags['list'] ? lines : `${help}\n\n${lines}\n\ntry         npm run scenario dns-failure`)
    }
    const scenarios = await chooseScenarios(args)
    return await this.#runAll(scenarios, args)
  }

  async #runAll(scenarios: readonly ScenarioFile[], args: Arguments): Promise<number> {
    const [
      { chosenClients },
      { runScenario },
      { closingLines, openingLines },
      { exitCode, isDamaging },
      { toJson, writeLast },
    ] = await Promise.all([
      import('./choose-scenarios.ts'),
      import('../run/run-scenario.ts'),
      import('../report/terminal.ts'),
      import('../run/outcome.ts'),
      import('../report/json.ts'),
    ])
    const json = args.flags['report'] === 'json'
    const out = json ? process.stderr : process.stdout
    const screen = { columns: process.stdout.columns ?? 100, stream: out }
    const reports: ScenarioReport[] = []
    const only = chosenClients(args)
    let world = await this.#opening!
    for (const scenario of scenarios) {
      const last = reports.at(-1)
      if (last !== undefined && isDamaging(last.outcome)) world = await this.#open(args)
      const print = (lines: readonly string[]) => out.write(`${lines.join('\n')}\n`)
      const report = await runScenario(world, scenario, {
        wanted: (client) => only === undefined || only.includes(client),
        onOpening: (opening) => print(openingLines(opening, screen)),
      })
      reports.push(report)
      print(closingLines(report, screen))
    }
    const code = exitCode(reports.map(({ outcome }) => outcome))
    const whole = { faultpath: 1, exitCode: code, scenarios: reports } as const
    out.write(`\n  report ${writeLast(whole, process.cwd())}\n`)
    if (json) process.stdout.write(`${toJson(whole)}\n`)
    return code
  }

  /** Opens a world, in place of the last one when there was one. */
  #open(args: Arguments): Promise<World> {
    const last = this.#opening
    this.#opening = (async () => {
      await (await last)?.close()
      const { World } = await import('../world/world.ts')
      return await World.open({
        ...worldChoice(args),
        database: databaseChoice(args),
        onProgress: (line) => process.stderr.write(`${line}\n`),
      })
    })()
    // Awaited where it is needed; a wrong scenario file is reported before that.
    this.#opening.catch(() => {})
    return this.#opening
  }

  /** Also while it comes up: what is half open has to be ended too. */
  async close(): Promise<void> {
    await (await this.#opening?.catch(() => undefined))?.close()
  }
}

function print(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}
