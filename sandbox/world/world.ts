import { join } from 'node:path'
import { InvalidInput } from '../errors/invalid-input.ts'
import { machineRefusal } from '../errors/machine-refusal.ts'
import { PartFailure } from '../errors/part-failure.ts'
import { nowMs } from '../host/clock.ts'
import type { ClientGround } from '../host/ground/ground.ts'
import { LoopbackGround } from '../host/ground/loopback-ground.ts'
import { cacheDirectory } from '../host/lifetime/cache.ts'
import { RunDirectory } from '../host/lifetime/run-directory.ts'
import { Watchdog } from '../host/lifetime/watchdog.ts'
import { expectLimits } from '../host/limits.ts'
import { StartedParts, type UpOf } from '../host/parts.ts'
import type { Place, WorldKind } from '../host/place.ts'
import { type Call, wholeCall } from '../language/call.ts'
import type { CallFiles } from '../machines/client/resolved-call.ts'
import type { Database, DatabaseOptions } from '../machines/database/database.ts'
import type { Armed, Breakable } from '../machines/shared/breakable.ts'
import { isSince, requestsSoFar } from '../machines/shared/request-id.ts'
import { armInTime } from '../machines/shared/timed-state.ts'
import type { TraceEvent } from '../machines/shared/trace.ts'
import { type Plan, type PointName, sharedMachines } from '../machines/table.ts'
import { type Death, Incidents } from './incidents.ts'
import type { Seat, SeatOptions } from './seat.ts'
import { authorityFileIn, type StartContext, startTable } from './start.ts'

export interface WorldOptions {
  /** Default: sealed where it can be had, else portable. */
  readonly kind?: WorldKind
  /** Why this kind, for the report. Default: `asked for`. */
  readonly kindReason?: string
  /** People enter its sealed world. */
  readonly isEntered?: boolean
  readonly database: Pick<DatabaseOptions, 'provider' | 'url' | 'allowRemote'>
  /** How many of them there may be at once in this process. Default: this one. */
  readonly sideBySide?: number
  /** Lines for people while something takes long: the first run builds the Postgres cache. */
  readonly onProgress: (line: string) => void
  /** Whether a diagnosis will be made of what the machines observe, for which contents are compared. Default: yes. */
  readonly isCompared?: boolean
}

type Parts = StartedParts<typeof startTable, StartContext>
type Shared = UpOf<typeof sharedMachines>

/** All the machines of one sandbox, wired, on a loopback address of its own. */
export class World {
  readonly run: RunDirectory
  /** The sandbox's own address on the host's loopback. */
  readonly address: string
  /** Parts that ended unasked, and errors that only a bug of ours explains. Both fail a run. */
  readonly deaths: readonly Death[]
  readonly bugs: readonly Error[]
  readonly #watchdog: Watchdog
  readonly #incidents: Incidents
  readonly #context: StartContext
  readonly #parts: Parts
  readonly #seats = new Map<number, Seat>()
  #up: Shared | undefined
  #closed: Promise<void> | undefined

  /** Resolves as soon as the slow parts have been spawned; `up` tells when front doors lead somewhere. */
  static async open(options: WorldOptions): Promise<World> {
    const { kind, kindReason, isEntered, database, isCompared = true, onProgress, sideBySide = 1 } = options
    expectLimits(sideBySide)
    const cache = cacheDirectory()
    const run = RunDirectory.create()
    const incidents = new Incidents()
    const watchdog = Watchdog.start(run, (detail) => incidents.died('the watchdog', detail))
    const context: StartContext = {
      ...{ kind, kindReason, isEntered, database, isCompared, onProgress, run, watchdog },
      authorityFile: authorityFileIn(run.path),
      compileCache: join(cache, 'compile'),
      ground: new LoopbackGround(),
      signal: incidents.closing.signal,
      observe: incidents.observeShared,
      onTrace: (event) => incidents.listeners.get(event.door)?.(event),
      onDeath: (part, detail) => incidents.died(part, detail),
      onBug: (error) => incidents.failed(error),
    }
    const parts = new StartedParts(startTable, context)
    try {
      const { address } = await parts.get('address')
      // The caller imports and computes much: what takes long must be on its way before.
      await parts.onItsWay('database')
      return new World(address, { context, incidents, parts })
    } catch (error) {
      // What had come up is ended by the watchdog.
      await watchdog.close()
      throw error
    }
  }

  private constructor(
    address: string,
    { context, incidents, parts }: { context: StartContext; incidents: Incidents; parts: Parts },
  ) {
    this.address = address
    this.run = context.run
    this.deaths = incidents.deaths
    this.bugs = incidents.bugs
    this.#watchdog = context.watchdog
    this.#incidents = incidents
    this.#context = context
    this.#parts = parts
  }

  /** What the clients live on. Resolves before the parts behind the front doors are up. */
  clients(): Promise<Pick<ClientGround, 'kind' | 'reason' | 'lacks'>> {
    return this.#parts.get('ground')
  }

  /** Writes what a call may want to have in files, which hardly any does. */
  async filesFor(call: Call | undefined): Promise<CallFiles> {
    const { clientCertificate, revocationChecking } = wholeCall(call)
    const { path } = this.run
    const authority = await this.#parts.get('authority')
    return {
      ...(revocationChecking === 'crl'
        ? { revocationListFile: await authority.writeRevocationLists(path) }
        : {}),
      ...(clientCertificate ? { clientCertificate: await (await authority.clients).write(path) } : {}),
    }
  }

  get database(): Database {
    return this.#behind.database
  }

  /** Of the server; `not up` when it never came up. */
  get postgresVersion(): string {
    return this.#up?.database.version ?? 'not up'
  }

  /** Resolves when front doors lead somewhere. Rejects when a part cannot come up. */
  async up(): Promise<void> {
    const names = Object.keys(sharedMachines) as (keyof Shared)[]
    try {
      await Promise.all([this.#parts.get('ground'), this.#parts.get('backend')])
      const machines = await Promise.all(names.map((name) => this.#parts.get(name)))
      this.#up = Object.fromEntries(names.map((name, index) => [name, machines[index]])) as unknown as Shared
    } catch (error) {
      if (error instanceof InvalidInput) throw new PartFailure(error.message, { cause: error })
      throw machineRefusal(error) ?? error
    }
  }

  get #behind(): Shared {
    if (this.#up === undefined) throw new Error('world: used before it was up')
    return this.#up
  }

  /**
   * A seat for one client. Processes can be started at its place at once; the way from there to the API exists when
   * `open` of the seat has resolved. Everything observed on it goes to `onEvent`.
   */
  async seat(
    client: string,
    onEvent: (event: TraceEvent) => void,
    { ipv6 = false, edge = {} }: SeatOptions = {},
  ): Promise<Seat> {
    const [ground, authority, { Seat: SeatClass }] = await Promise.all([
      this.#parts.get('ground'),
      this.#parts.get('authority'),
      import('./seat.ts'),
    ])
    let index = 0
    while (this.#seats.has(index)) index += 1
    const id = `${client}-${index + 1}`
    const place = this.#place(ground, id, ground.addressOf(index, ipv6))
    const since = requestsSoFar()
    const seat = new SeatClass({
      ...{ id, place, ground, authority },
      openDoor: async () => {
        const { FrontDoor } = await import('./front-door.ts')
        const { address } = this
        const { isCompared } = this.#context
        return await FrontDoor.open({
          ...{ id, place, clientGround: ground, address, authority, edge, isCompared },
          ground: this.#context.ground,
          api: () => ({ host: this.#behind.api.address, port: this.#behind.api.port }),
          database: () => this.#behind.database.target,
          observe: (observation, atMs = nowMs()) => onEvent({ ...observation, atMs, door: id }),
          onBug: this.#context.onBug,
        })
      },
      onClosed: () => {
        this.#seats.delete(index)
        this.#incidents.listeners.delete(id)
      },
    })
    this.#seats.set(index, seat)
    this.#incidents.listeners.set(id, (event) => {
      // An earlier client of this name may have left a request under way.
      if (event.machine !== 'api' || isSince(event.request, since)) onEvent(event)
    })
    return seat
  }

  #place(ground: ClientGround, id: string, where: ReturnType<ClientGround['addressOf']>): Place {
    const { authorityFile, compileCache } = this.#context
    return {
      ...where,
      ...{ world: ground.kind, authorityFile, compileCache },
      folder: join(this.run.path, id),
      enter: (command, args) => ground.enter(where.address, command, args),
      spawn: (command, args, options) => ground.spawn(where.address, command, args, options),
    }
  }

  /** Arms a plan at the point that it names, as one seat reaches it. */
  async arm(seat: Seat, plan: Plan): Promise<Armed> {
    return await armInTime(this.#machine(seat, plan.point), plan)
  }

  #machine(seat: Seat, name: PointName): Breakable<Plan> {
    const machine =
      name in sharedMachines ? this.#behind[name as keyof typeof sharedMachines] : seat.door.point(name)
    if (machine === undefined) throw new Error(`world: no machine has the point ${name}`)
    return ('point' in machine ? machine.point(seat.id) : machine) as Breakable<Plan>
  }

  /** Everything observed so far, in every process, has reached its seat when this resolves. */
  async flush(): Promise<void> {
    const { api, 'database-wire': databaseWire } = this.#behind
    databaseWire.flushObservations()
    const doors = [...this.#seats.values()].map((seat) => seat.door.flush())
    await Promise.all([...doors, api.flush()])
  }

  /** Ends every part and gives everything back. Safe to repeat. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.#incidents.closing.abort(new Error('the world is closing'))
    await Promise.allSettled([...this.#seats.values()].map((seat) => seat.close()))
    // What did not come up whole is ended by the watchdog.
    await this.#parts.end()
    await this.#watchdog.close()
  }
}
