import { PartFailure } from '../errors/part-failure.ts'
import { nowMs } from '../host/clock.ts'
import type { WorldKind } from '../language/fault.ts'
import type { ClientName } from '../language/scenario.ts'
import type { World } from '../world/world.ts'
import type { ScenarioFile } from './file/scenario-file.ts'
import type { Outcome } from './outcome.ts'
import { mismatches } from './promises.ts'
import type { ClientReport, HealthyCall, ReportOpening, ScenarioReport } from './report.ts'
import { ScenarioRun } from './scenario-run.ts'
import { Stop } from './stop.ts'

export interface RunOptions {
  /** Which clients may call. Default: all that the scenario makes a promise for. */
  readonly wanted?: (client: ClientName) => boolean
  /** Told what is known right before the fault is armed, or when the run ends without arming it. */
  readonly onOpening?: (opening: ReportOpening) => void
}

/**
 * Steady, arm, call, heal, steady; then diagnose and compare. Never throws for what the run finds.
 */
export async function runScenario(
  world: World,
  file: ScenarioFile,
  options: RunOptions = {},
): Promise<ScenarioReport> {
  const startedMs = nowMs()
  const place = await world.clients()
  let isOpened = false
  const open = () => {
    if (!isOpened) options.onOpening?.(opening(world, file, place, run.steady))
    isOpened = true
  }
  const run = new ScenarioRun(world, file, options.wanted ?? (() => true), open)
  const stopped = await go(run)
  // The clients' processes end while what they saw is read.
  const closing = run.close()
  open()
  const clients = run.reports()
  const broken = stopped.outcome !== 'pass' ? [] : brokenPromises(file, run, clients)
  await closing
  const { lesson } = file.scenario
  return {
    ...opening(world, file, place, run.steady),
    ...judge(world, broken.length > 0 ? { outcome: 'mismatch', problems: broken } : stopped),
    healed: run.healed,
    clients,
    ...(lesson === undefined ? {} : { lesson }),
    tookMs: nowMs() - startedMs,
  }
}

interface Judgement {
  readonly outcome: Outcome
  readonly problems: readonly string[]
}

async function go(run: ScenarioRun): Promise<Judgement> {
  try {
    await run.go()
    return { outcome: 'pass', problems: [] }
  } catch (error) {
    if (error instanceof Stop) return { outcome: error.outcome, problems: [error.message] }
    if (error instanceof PartFailure) return { outcome: 'unhealthy', problems: [error.message] }
    return { outcome: 'bug', problems: [`a bug of ours: ${(error as Error).stack}`] }
  }
}

function brokenPromises(file: ScenarioFile, run: ScenarioRun, clients: readonly ClientReport[]): string[] {
  return [...clients.flatMap((client) => mismatches(file.id, client)), ...databaseProblems(file, run)]
}

/** Where the scenario says what the API saw of its database, and it saw something else. */
function databaseProblems({ id, scenario }: ScenarioFile, run: ScenarioRun): string[] {
  const promised = scenario.database?.sqlstate
  if (promised === undefined) return []
  return run.brokenEvents().flatMap(({ client, events }) => {
    const seen = new Set<string>()
    for (const event of events)
      if (event.machine === 'api' && event.sqlstate !== undefined) seen.add(event.sqlstate)
    if (seen.has(promised)) return []
    const saw = seen.size === 0 ? 'none' : [...seen].join(', ')
    return [`scenario ${id}: ${client}: the API expected SQLSTATE ${promised} of Postgres, saw ${saw}`]
  })
}

/** What happened to the parts weighs more than what the run found. */
function judge(world: World, found: Judgement): Judgement {
  const bugs = world.bugs.map((bug) => `a bug of ours: ${bug.stack}`)
  const deaths = world.deaths.map(({ part, detail }) => `${part}: died during the run (${detail})`)
  const problems = [...bugs, ...deaths, ...found.problems]
  if (bugs.length > 0) return { outcome: 'bug', problems }
  return deaths.length > 0 ? { outcome: 'unhealthy', problems } : found
}

function opening(
  world: World,
  file: ScenarioFile,
  { kind, reason }: { readonly kind: WorldKind; readonly reason: string },
  steady: readonly HealthyCall[],
): ReportOpening {
  const { id, step, summary, parameters } = file.scenario.break
  return {
    id: file.id,
    title: file.scenario.title,
    file: file.file,
    world: kind,
    worldReason: reason,
    versions: { node: process.versions.node, postgres: world.postgresVersion },
    fault: { id, step, summary, parameters },
    steady,
  }
}
