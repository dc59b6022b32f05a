import type { Program } from '../clients/common/client.ts'
import type { Symptom } from '../clients/common/symptom.ts'
import type { WorldKind } from '../host/place.ts'
import type { ClientName, ClientPromise, Lesson } from '../language/scenario.ts'
import type { Step } from '../language/steps.ts'
import type { TraceEvent } from '../machines/shared/trace.ts'
import type { Fired } from './client-run.ts'
import type { Difference } from './compare.ts'
import type { Diagnosis } from './diagnosis/diagnosis.ts'
import type { Outcome } from './outcome.ts'

/** What is known of a scenario's run before its fault is armed. */
export interface ReportOpening {
  readonly id: string
  readonly title: string
  readonly file: string
  readonly world: WorldKind
  readonly worldReason: string
  readonly fault: {
    readonly id: string
    readonly step: Step
    readonly summary: string
    readonly parameters: Readonly<Record<string, unknown>>
  }
  /** The healthy calls before. */
  readonly steady: readonly HealthyCall[]
}

/** What a scenario's run gave: the one source of every view. Plain JSON, but for patterns in promises. */
export interface ScenarioReport extends ReportOpening {
  readonly outcome: Outcome
  /** Why the outcome is not a pass: each says place, expected, saw. */
  readonly problems: readonly string[]
  /** The healthy calls after. */
  readonly healed: readonly HealthyCall[]
  readonly clients: readonly ClientReport[]
  readonly lesson?: Lesson
  readonly versions: Versions
  readonly tookMs: number
}

export interface Versions {
  /** Of this program itself, and of the clients that are libraries of Node. */
  readonly node: string
  readonly postgres: string
  /** Of each client that called, with the path of its program: there may be several of a name. */
  readonly clients: { readonly [Name in ClientName]?: Program }
}

export interface HealthyCall {
  readonly client: ClientName
  readonly symptom: Symptom
}

export interface ClientReport {
  readonly client: ClientName
  /** Why this client did not call; then nothing else is given. */
  readonly skipped?: string
  readonly promise?: ClientPromise
  /** Of the attempts before the last, where the app tried again. */
  readonly earlier?: readonly Symptom[]
  /** Of the last attempt. */
  readonly symptom?: Symptom
  readonly differences?: readonly Difference[]
  readonly diagnosis?: Diagnosis
  /** It got an answer of the same status as without the fault. */
  readonly isUnaffected?: boolean
  readonly fired?: Fired
  readonly trace?: { readonly healthy: readonly TraceEvent[]; readonly broken: readonly TraceEvent[] }
}
