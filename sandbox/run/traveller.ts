import type { ReadyClient } from '../clients/client.ts'
import type { ClientReport } from '../report/report.ts'
import type { ClientName, ClientPromise } from '../scenario.ts'
import type { TraceEvent } from '../world/trace.ts'
import type { Visit } from '../world/visit.ts'
import { compare } from './compare.ts'
import { diagnose, type ObservedCall } from './diagnosis.ts'

/** One client on its way through a scenario. */
export interface Traveller {
  readonly name: ClientName
  readonly promise: ClientPromise
  readonly visit: Visit
  /** Everything observed at its door since the last call began. */
  readonly events: TraceEvent[]
  /** Makes all its calls: each with a connection of its own, unless the scenario wants a warm one. */
  client: ReadyClient
  /** Another one than `client` where that is new: it has no connection and no TLS session to go on from. */
  lastToCall?: ReadyClient
  healthy?: ObservedCall
  broken?: ObservedCall
  fired?: { readonly count: number; readonly text: string }
}

/** What it saw, held against its promise, and what that says of the step that broke. */
export function reportOf({ name: client, promise, healthy, broken, fired }: Traveller): ClientReport {
  return {
    client,
    promise,
    ...(fired === undefined ? {} : { fired }),
    ...(healthy === undefined || broken === undefined
      ? {}
      : {
          symptom: broken.symptom,
          differences: compare(promise, broken.symptom),
          diagnosis: diagnose(healthy, broken),
          trace: { healthy: healthy.events, broken: broken.events },
        }),
  }
}
