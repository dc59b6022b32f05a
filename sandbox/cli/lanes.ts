import type { ClientName } from '../language/scenario.ts'
import type { Screen } from '../report/screen.ts'
import { closingLines, openingLines } from '../report/terminal.ts'
import type { ScenarioFile } from '../run/file/scenario-file.ts'
import { isDamaging } from '../run/outcome.ts'
import type { ScenarioReport } from '../run/report.ts'
import { runScenario } from '../run/run-scenario.ts'
import type { World } from '../world/world.ts'

export interface LanesOptions {
  readonly jobs: number
  readonly wanted: (client: ClientName) => boolean
  /** Opens the world of a lane, in place of its last one when there was one. */
  readonly open: (lane: number) => Promise<World>
  readonly screen: Screen
  readonly print: (lines: readonly string[]) => void
}

/**
 * Runs scenarios side by side, each lane in a world of its own, and gives their reports in the order in which
 * they were named. One lane alone shows a scenario while it runs; several show each when it is over.
 */
export async function runInLanes(
  scenarios: readonly ScenarioFile[],
  options: LanesOptions,
): Promise<readonly ScenarioReport[]> {
  const reports: ScenarioReport[] = []
  const waiting = [...scenarios.entries()]
  const lane = async (number: number) => {
    let world: World | undefined
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, scenario] = next
      world ??= await options.open(number)
      const report = await runOne(world, scenario, options)
      reports[index] = report
      if (isDamaging(report.outcome)) world = undefined
    }
  }
  const lanes = Math.min(options.jobs, scenarios.length)
  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)))
  return reports
}

async function runOne(world: World, scenario: ScenarioFile, options: LanesOptions): Promise<ScenarioReport> {
  const { jobs, print, screen, wanted } = options
  let opening: readonly string[] = []
  const report = await runScenario(world, scenario, {
    wanted,
    onOpening: (known) => {
      opening = openingLines(known, screen)
      if (jobs === 1) print(opening)
    },
  })
  print([...(jobs === 1 ? [] : opening), ...closingLines(report, screen)])
  return report
}
