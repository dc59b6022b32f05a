import type { WorldKind } from '../../host/place.ts'
import type { ClientName } from '../../language/scenario.ts'
import type { ResolvedCall } from '../../machines/client/resolved-call.ts'
import type { Observe } from '../../machines/shared/trace.ts'
import type { Seat } from '../../world/seat.ts'
import type { Symptom } from './symptom.ts'

/** Which program a client is. */
export interface Program {
  readonly version: string
  readonly path: string
}

/** A client made ready to call: its process may already run, so that its start is not part of a call. */
export interface ReadyClient {
  /** Resolves when its process waits for a call, or has ended. */
  readonly started: Promise<void>
  /** As it says itself, so it costs no process of its own; undefined until it has, which is by its first call. */
  readonly program: Program | undefined
  /** Never rejects for what the client sees: that is the symptom. Rejects when the client itself breaks. */
  call(call: ResolvedCall, observe: Observe): Promise<Symptom>
  /** Ends the process, whatever it does. */
  close(): Promise<void>
}

/** How to call with it, and how to read its symptom. */
export interface Client {
  readonly name: ClientName
  readonly worlds: readonly WorldKind[]
  /** Why it cannot be used here and how to get it; undefined when it can. */
  missing(): string | undefined
  prepare(seat: Seat): ReadyClient
}
