import type { ClientName } from '../language/scenario.ts'
import type { Screen } from '../report/screen.ts'
import { closingLines, openingLines } from '../report/terminal.ts'
import type { ScenarioFile } from '../run/file/scenario-file.ts'
import { isDamaging } from '../run/outcome.ts'
import type { ScenarioReport } from '../run/report.ts'
import { runScenario } from '../run/run-scenario.ts'
import type { World, WorldOptions } from '../world/world.ts'
import type { WorldPool } from '../world/world-pool.ts'

export interface LanesOptions {
  readonly jobs: number
  readonly wanted: (client: ClientName) => boolean
  readonly pool: WorldPool
  readonly kind: WorldOptions['kind']
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
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, scenario] = next
      reports[index] = await options.pool.use(
        options.kind,
        (world) => runOne(world, scenario, options),
        ({ outcome }) => isDamaging(outcome),
      )
    }
  }
  await Promise.all(Array.from({ length: Math.min(options.jobs, scenarios.length) }, lane))
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
