import type { Client, Program, ReadyClient } from '../clients/common/client.ts'
import type { Symptom } from '../clients/common/symptom.ts'
import { nowMs } from '../host/clock.ts'
import { type Call, resolveCall, wholeCall } from '../language/call.ts'
import type { ClientName, ClientPromise } from '../language/scenario.ts'
import type { CallFiles } from '../machines/client/resolved-call.ts'
import type { Evidence } from '../machines/shared/breakable.ts'
import type { TraceEvent } from '../machines/shared/trace.ts'
import type { Seat, SeatOptions } from '../world/seat.ts'
import type { World } from '../world/world.ts'
import { expectConnection, type Phase } from './connection.ts'
import type { HealthyCalls } from './diagnosis/diagnosis.ts'
import type { ObservedCall } from './diagnosis/observed-call.ts'

/** How often the machines of the fault say that one client met it, and their words. */
export interface Fired extends Pick<Evidence, 'text' | 'counted'> {
  readonly count: number
  /** Under a state that all clients met side by side the words are about all of them together. */
  readonly of: 'client' | 'all clients'
}

/** One client in the run of one scenario: its seat, its calls, and what was observed of them. */
export class ClientRun {
  readonly name: ClientName
  readonly promise: ClientPromise
  readonly seat: Seat
  /** Before the fault. */
  healthy: ObservedCall | undefined
  /** While the fault was armed: its attempts, the last of which it is judged by. */
  broken: readonly ObservedCall[] | undefined
  /** After the fault. */
  healed: ObservedCall | undefined
  fired: Fired | undefined
  /** Which program it is, once it has said so. */
  program: Program | undefined
  readonly #world: World
  readonly #call: Call | undefined
  readonly #files: CallFiles
  /** Everything observed at its door since the last call began. */
  readonly #events: TraceEvent[]
  /** A client of its kind, in a new process. */
  readonly #prepare: () => ReadyClient
  /** Makes all its calls: each with a connection of its own, unless the scenario wants a warm one. */
  #client: ReadyClient
  /** The one that called last. Another one than `#client` has no connection and no TLS session to go on from. */
  #lastToCall: ReadyClient | undefined

  /** Takes a seat, and starts the client's process while its front door is opened. */
  static async start(
    world: World,
    { name, prepare }: Client,
    scenario: {
      readonly promise: ClientPromise
      readonly call: Call | undefined
      readonly files: CallFiles
      readonly seat: SeatOptions
    },
  ): Promise<ClientRun> {
    const events: TraceEvent[] = []
    const seat = await world.seat(name, (event) => events.push(event), scenario.seat)
    const run = new ClientRun(world, seat, { ...scenario, name, events, prepare: () => prepare(seat) })
    await seat.open()
    return run
  }

  private constructor(
    world: World,
    seat: Seat,
    parts: {
      readonly name: ClientName
      readonly promise: ClientPromise
      readonly call: Call | undefined
      readonly files: CallFiles
      readonly events: TraceEvent[]
      readonly prepare: () => ReadyClient
    },
  ) {
    this.name = parts.name
    this.promise = parts.promise
    this.seat = seat
    this.#world = world
    this.#call = parts.call
    this.#files = parts.files
    this.#events = parts.events
    this.#prepare = parts.prepare
    this.#client = parts.prepare()
  }

  /** What the broken calls are held against; undefined where there is none. */
  get usual(): HealthyCalls | undefined {
    const { healed, healthy } = this
    return healthy && (healed === undefined ? [healthy] : [healthy, healed])
  }

  get isWarm(): boolean {
    return wholeCall(this.#call).connection === 'warm'
  }

  /** Resolves when its process waits for a call. */
  get started(): Promise<void> {
    return this.#client.started
  }

  /** The scenario's call, tried again as often as the app does. */
  async attempts(place: string): Promise<readonly ObservedCall[]> {
    const { retries } = wholeCall(this.#call)
    const attempts: ObservedCall[] = []
    do attempts.push(await this.call(this.#call, place, 'under the fault'))
    while (attempts.length <= retries && isWorthRetrying(attempts.at(-1)!.symptom))
    return attempts
  }

  /**
   * One call, and everything the machines observed of it.
   * @throws Stop where the call did not go over the connection that the scenario wants.
   */
  async call(asked: Call | undefined, place: string, phase: Phase): Promise<ObservedCall> {
    const { door } = this.seat
    const client = this.#client
    const { connection } = wholeCall(this.#call)
    // A warm connection may break between two calls: what happened since the last one belongs to this one.
    if (connection !== 'warm') this.#events.length = 0
    const call = door.machines.client.puts(resolveCall(asked, this.seat.destination, this.#files))
    await client.started
    const startedMs = nowMs()
    const symptom = await client.call(call, (observation, atMs = nowMs()) =>
      this.#events.push({ ...observation, atMs, door: this.seat.id }),
    )
    this.program = client.program ?? this.program
    if (symptom.kind === 'hangs') {
      // Only a new process is sure to be able to call again.
      await client.close()
      this.#client = this.#prepare()
    }
    if (connection !== 'warm') await door.quiet()
    await this.#world.flush()
    const events = this.#events.toSorted((one, other) => one.atMs - other.atMs)
    this.#events.length = 0
    const isOpening = this.#lastToCall !== client
    this.#lastToCall = client
    expectConnection(`${place}: ${this.name}`, { connection, phase, isOpening }, events)
    const { bodyTimeoutMs, connectTimeoutMs, headersTimeoutMs, timeoutMs } = call
    const limitsMs = [timeoutMs, connectTimeoutMs, headersTimeoutMs, bodyTimeoutMs]
    return { startedMs, symptom, events, limitsMs: limitsMs.filter((limitMs) => limitMs !== undefined) }
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#client.close(), this.seat.close()])
  }
}

/** Whether an app with retries tries again: not where it got an answer about its own request, nor where it hangs. */
function isWorthRetrying({ kind, status = 0 }: Symptom): boolean {
  return kind === 'error' || (kind === 'response' && status >= 500)
}
