import type { ReadyClient } from '../clients/common/client.ts'
import type { Symptom } from '../clients/common/symptom.ts'
import type { ClientName, ClientPromise } from '../language/scenario.ts'
import type { TraceEvent } from '../machines/trace.ts'
import type { Visit } from '../world/seat.ts'
import { compare } from './compare.ts'
import { diagnoseAttempts, type ObservedCall } from './diagnosis/diagnosis.ts'
import type { ClientReport } from './report.ts'

/** One client on its way through a scenario. */
export interface Traveller {
  readonly name: ClientName
  readonly promise: ClientPromise
  readonly visit: Visit
  /** Everything observed at its door since the last call began. */
  readonly events: TraceEvent[]
  /** Makes all its calls: each with a connection of its own, unless the scenario wants a warm one. */
  client: ReadyClient
  /** Another one of its kind, in a new process. */
  readonly another: () => ReadyClient
  /** Another one than `client` where that is new: it has no connection and no TLS session to go on from. */
  lastToCall?: ReadyClient
  healthy?: ObservedCall
  /** While the fault was armed: its attempts, the last of which it is judged by. */
  broken?: readonly ObservedCall[]
  fired?: { readonly count: number; readonly text: string }
}

/** What it saw, held against its promise, and what that says of the step that broke. */
export function reportOf({ name: client, promise, healthy, broken, fired }: Traveller): ClientReport {
  const symptom = broken && symptomOf(broken)
  return {
    client,
    promise,
    ...(fired === undefined ? {} : { fired }),
    ...(healthy === undefined || broken === undefined || symptom === undefined
      ? {}
      : {
          ...(broken.length > 1 ? { earlier: broken.slice(0, -1).map(({ symptom }) => symptom) } : {}),
          symptom,
          differences: compare(promise, symptom),
          diagnosis: diagnoseAttempts(healthy, broken),
          trace: { healthy: healthy.events, broken: broken.flatMap(({ events }) => events) },
        }),
  }
}

/** Of the last attempt. */
function symptomOf(attempts: readonly ObservedCall[]): Symptom | undefined {
  const last = attempts.at(-1)?.symptom
  return last === undefined || attempts.length === 1 ? last : { ...last, attempts: attempts.length }
}
