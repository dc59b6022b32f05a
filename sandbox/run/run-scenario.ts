import type { ScenarioReport } from '../report/report.ts'
import { nowMs } from '../world/clock.ts'
import type { World } from '../world/world.ts'
import type { Outcome } from './outcome.ts'
import { mismatches } from './promises.ts'
import type { ScenarioFile } from './scenario-file.ts'
import { ScenarioRun, Stop } from './scenario-run.ts'

/** Steady, arm, call, heal, steady; then diagnose and compare. Never throws for what the run finds. */
export async function runScenario(
  world: World,
  file: ScenarioFile,
  worldReason: string,
): Promise<ScenarioReport> {
  const startedMs = nowMs()
  const run = new ScenarioRun(world, file)
  const problems: string[] = []
  let outcome: Outcome = 'pass'
  try {
    await run.go()
  } catch (error) {
    outcome = error instanceof Stop ? error.outcome : 'bug'
    problems.push(error instanceof Stop ? error.message : `a bug of ours: ${(error as Error).stack}`)
  } finally {
    await run.close()
  }
  const dead = world.deaths.map(({ part, detail }) => `${part}: died during the run (${detail})`)
  if (dead.length > 0) {
    outcome = 'unhealthy'
    problems.unshift(...dead)
  }
  if (world.bugs.length > 0) {
    outcome = 'bug'
    problems.unshift(...world.bugs.map((bug) => `a bug of ours: ${bug.stack}`))
  }
  const reports = run.reports()
  if (outcome === 'pass') {
    const broken = [...reports.flatMap((report) => mismatches(file.id, report)), ...run.databaseProblems()]
    problems.push(...broken)
    if (broken.length > 0) outcome = 'mismatch'
  }
  const { scenario } = file
  const { id, step, summary, parameters } = scenario.break
  return {
    id: file.id,
    title: scenario.title,
    file: file.file,
    outcome,
    problems,
    world: world.kind,
    worldReason,
    versions: { node: process.versions.node, postgres: world.postgresVersion },
    fault: { id, step, summary, parameters },
    steady: run.steady,
    healed: run.healed,
    clients: reports,
    ...(scenario.lesson === undefined ? {} : { lesson: scenario.lesson }),
    tookMs: nowMs() - startedMs,
  }
}
