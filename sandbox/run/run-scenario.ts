import { machineRefusal } from '../errors/machine-refusal.ts'
import { nowMs } from '../host/clock.ts'
import type { WorldKind } from '../host/place.ts'
import type { ClientName } from '../language/scenario.ts'
import type { World } from '../world/world.ts'
import type { ClientRun } from './client-run.ts'
import type { ScenarioFile } from './file/scenario-file.ts'
import { findingOf } from './finding.ts'
import { misdiagnoses, mismatches } from './mismatch.ts'
import type { Outcome } from './outcome.ts'
import { Phases } from './phases.ts'
import type { ClientReport, HealthyCall, ReportOpening, ScenarioReport, Versions } from './report.ts'
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
  { onOpening, wanted = () => true }: RunOptions = {},
): Promise<ScenarioReport> {
  const startedMs = nowMs()
  const place = await world.clients()
  const phases = new Phases(world, file)
  let isOpened = false
  const open = () => {
    if (!isOpened) onOpening?.(opening(file, place, phases.steady))
    isOpened = true
  }
  const stopped = await go(phases, wanted, open)
  // The clients' processes end while what they saw is read.
  const closing = phases.close()
  open()
  const clients = [...phases.clients.map(clientReport), ...phases.skipped]
  const broken = stopped.outcome === 'pass' ? brokenPromises(file, phases.clients, clients) : []
  await closing
  const { lesson } = file.scenario
  return {
    ...opening(file, place, phases.steady),
    ...judge(world, broken.length > 0 ? { outcome: 'mismatch', problems: broken } : stopped),
    healed: phases.healed,
    clients,
    versions: versionsOf(world, phases.clients),
    ...(lesson === undefined ? {} : { lesson }),
    tookMs: nowMs() - startedMs,
  }
}

interface Judgement {
  readonly outcome: Outcome
  readonly problems: readonly string[]
}

async function go(
  phases: Phases,
  wanted: (client: ClientName) => boolean,
  onSteady: () => void,
): Promise<Judgement> {
  try {
    await phases.go(wanted, onSteady)
    return { outcome: 'pass', problems: [] }
  } catch (error) {
    if (error instanceof Stop) return { outcome: error.outcome, problems: [error.message] }
    const refusal = machineRefusal(error)
    if (refusal !== undefined) return { outcome: 'unhealthy', problems: [refusal.message] }
    return { outcome: 'bug', problems: [`a bug of ours: ${(error as Error).stack}`] }
  }
}

function clientReport(run: ClientRun): ClientReport {
  const { broken = [], fired, healthy, name: client, promise } = run
  const finding = findingOf(run)
  return {
    client,
    promise,
    ...(fired === undefined ? {} : { fired }),
    ...(finding === undefined || healthy === undefined
      ? {}
      : {
          ...finding,
          trace: { healthy: healthy.events, broken: broken.flatMap(({ events }) => events) },
        }),
  }
}

function brokenPromises(
  file: ScenarioFile,
  runs: readonly ClientRun[],
  clients: readonly ClientReport[],
): string[] {
  const { step } = file.scenario.break
  return [
    ...clients.flatMap((client) => mismatches(file.id, client)),
    ...databaseProblems(file, runs),
    ...clients.flatMap((client) => misdiagnoses(file.id, step, client)),
  ]
}

/** Where the scenario says what the API saw of its database, and it saw something else. */
function databaseProblems({ id, scenario }: ScenarioFile, runs: readonly ClientRun[]): string[] {
  const promised = scenario.database?.sqlstate
  if (promised === undefined) return []
  return runs.flatMap(({ broken = [], name: client, promise }) => {
    if (promise === 'unaffected') return []
    const seen = new Set<string>()
    for (const event of broken.flatMap(({ events }) => events))
      if (event.machine === 'api' && event.sqlstate !== undefined) seen.add(event.sqlstate)
    if (seen.has(promised)) return []
    const saw = seen.size === 0 ? 'none' : [...seen].join(', ')
    return [`scenario ${id}: ${client}: the API expected SQLSTATE ${promised} of Postgres, saw ${saw}`]
  })
}

/**
 * What happened to the parts weighs more than what the run found. To the run a dead part looks like a fault that did not
 * fire or was left behind: that is not said beside it.
 */
function judge(world: World, found: Judgement): Judgement {
  const bugs = world.bugs.map((bug) => `a bug of ours: ${bug.stack}`)
  const deaths = world.deaths.map(({ part, detail }) => `${part}: died during the run (${detail})`)
  if (bugs.length === 0 && deaths.length === 0) return found
  const others = deaths.length > 0 && found.outcome === 'invalid' ? [] : found.problems
  return { outcome: bugs.length > 0 ? 'bug' : 'unhealthy', problems: [...bugs, ...deaths, ...others] }
}

function versionsOf({ postgresVersion }: World, runs: readonly ClientRun[]): Versions {
  return {
    node: process.versions.node,
    postgres: postgresVersion,
    clients: Object.fromEntries(
      runs.flatMap(({ name, program }) => (program === undefined ? [] : [[name, program]])),
    ),
  }
}

function opening(
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
    fault: { id, step, summary, parameters },
    steady,
  }
}
