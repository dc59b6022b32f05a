import { join } from 'node:path'
import type { CallFiles, Standpoint } from '../clients/common/client.ts'
import { PartFailure } from '../errors/part-failure.ts'
import { nowMs } from '../host/clock.ts'
import type { ClientWorld } from '../host/ground/client-world.ts'
import { RunDirectory } from '../host/lifetime/run-directory.ts'
import { Watchdog } from '../host/lifetime/watchdog.ts'
import { timed } from '../host/spans.ts'
import type { Call } from '../language/scenario.ts'
import type { Database } from '../machines/database/database.ts'
import type { Plan } from '../machines/points.ts'
import type { Breakable } from '../machines/shared/breakable.ts'
import type { TraceEvent } from '../machines/trace.ts'
import type { FrontDoor } from './front-door.ts'
import type { Visit, VisitOptions } from './seat.ts'
import {
  type Backend,
  type Death,
  Incidents,
  type Inside,
  type Parts,
  startParts,
  type WorldOptions,
} from './start.ts'

export type { Visit } from './seat.ts'
export type { WorldOptions } from './start.ts'

/**
 * All the machines of one sandbox, wired, on a loopback address of its own. Postgres and the API start
 * first; everything else is imported and made while they do.
 */
export class World {
  /** Parts that ended unasked, and errors that only a bug of ours explains. Both fail a run. */
  readonly deaths: readonly Death[]
  readonly bugs: readonly Error[]
  readonly #parts: Parts
  readonly #incidents: Incidents
  readonly #visits = new Map<number, Visit>()
  #inside: Inside | undefined
  #backend: Backend | undefined
  #closed: Promise<void> | undefined

  /** Resolves as soon as the slow parts have been spawned; `up` tells when front doors lead somewhere. */
  static async open(options: WorldOptions): Promise<World> {
    const run = RunDirectory.create()
    const watchdog = Watchdog.start(run)
    const incidents = new Incidents()
    try {
      const parts = await startParts(options, run, watchdog, incidents)
      return new World(parts, incidents)
    } catch (error) {
      // What had come up is ended by the watchdog.
      await watchdog.close()
      throw error
    }
  }

  private constructor(parts: Parts, incidents: Incidents) {
    this.deaths = incidents.deaths
    this.bugs = incidents.bugs
    this.#parts = parts
    this.#incidents = incidents
  }

  /** The sandbox's own address on the host's loopback. */
  get address(): string {
    return this.#parts.lease.address
  }

  get run(): RunDirectory {
    return this.#parts.run
  }

  /** Where the clients live. Resolves before the parts behind the front doors are up. */
  async clients(): Promise<Pick<ClientWorld, 'kind' | 'reason' | 'lacks'>> {
    return (await this.#parts.inside).clientWorld
  }

  /** Writes what a call may want to have in files, which hardly any does. */
  async filesFor({ clientCertificate, revocationChecking }: Call = {}): Promise<CallFiles> {
    const { authority } = await this.#parts.inside
    const { path } = this.run
    const files: { -readonly [Name in keyof CallFiles]: CallFiles[Name] } = {}
    if (revocationChecking === 'crl') files.revocationListFile = await authority.writeRevocationLists(path)
    if (clientCertificate) files.clientCertificate = await (await authority.clients).write(path)
    return files
  }

  get database(): Database {
    return this.#behind.database
  }

  /** Of the server; `not up` when it never came up. */
  get postgresVersion(): string {
    return this.#backend?.database.version ?? 'not up'
  }

  /** Resolves when Postgres and the API serve. Rejects when one of them cannot come up. */
  async up(): Promise<void> {
    try {
      this.#backend = await this.#parts.backend
    } catch (error) {
      throw new PartFailure((error as Error).message, { cause: error })
    }
  }

  get #behind(): Backend {
    if (this.#backend === undefined) throw new Error('world: used before it was up')
    return this.#backend
  }

  /**
   * A place in the clients' world, for one client. Processes can be started there at once; the way from there
   * to the API exists when `open` of the visit has resolved. Everything observed on it goes to `onEvent`.
   */
  async visit(
    client: string,
    onEvent: (event: TraceEvent) => void,
    { ipv6 = false, edge = {} }: VisitOptions = {},
  ): Promise<Visit> {
    this.#inside = await this.#parts.inside
    const { Visit: VisitClass } = await import('./seat.ts')
    const { authority, authorityFile, clientWorld } = this.#inside
    let index = 0
    while (this.#visits.has(index)) index += 1
    const id = `${client}-${index + 1}`
    const place = clientWorld.place(index, ipv6)
    const standpoint: Standpoint = {
      world: clientWorld.kind,
      authorityFile,
      compileCache: this.#parts.compileCache,
      folder: join(this.run.path, id),
      spawn: (command, args, options) => clientWorld.spawn(place, command, args, options),
      openPages: async (names, page) => {
        const { PageHost } = await import('../clients/chromium/page-host.ts')
        return await PageHost.open({
          ground: clientWorld.ground,
          address: place.pages!,
          authority,
          names,
          page,
        })
      },
    }
    const openDoor = async (): Promise<FrontDoor> => {
      const { FrontDoor: Door } = await timed('machines imported', () => import('./front-door.ts'))
      return await Door.open({
        id,
        place,
        clientGround: clientWorld.ground,
        kernel: clientWorld.kernel,
        address: this.address,
        ground: this.#parts.ground,
        authority,
        edge,
        api: () => ({ host: this.#behind.api.address, port: this.#behind.api.port }),
        database: () => this.#behind.database.target,
        observe: (observation, atMs = nowMs()) => onEvent({ ...observation, atMs, door: id }),
        onBug: (error) => this.#incidents.bugs.push(error),
      })
    }
    const enter: Visit['enter'] = (command, args) => clientWorld.enter(place, command, args)
    const visit = new VisitClass(id, place, standpoint, enter, openDoor, () => {
      this.#visits.delete(index)
      this.#incidents.listeners.delete(id)
    })
    this.#visits.set(index, visit)
    this.#incidents.listeners.set(id, onEvent)
    return visit
  }

  /** The place that a plan names, as one visit reaches it. */
  point(visit: Visit, name: Plan['point']): Breakable<Plan> {
    return visit.timed(name, () => this.#machine(visit, name))
  }

  #machine(visit: Visit, name: Plan['point']): Breakable<Plan> {
    const { api, database, databaseWire } = this.#behind
    if (name === 'api') return api.point(visit.id) as Breakable<Plan>
    if (name === 'database') return database.point() as Breakable<Plan>
    if (name === 'database-wire') return databaseWire as Breakable<Plan>
    if (name === 'client') return visit.caller as Breakable<Plan>
    const point = visit.door.point(name) as Breakable<Plan> | undefined
    if (point === undefined) throw new Error(`world: no machine has the point ${name}`)
    return point
  }

  /** Everything observed so far, in every process, has reached its visit when this resolves. */
  async flush(): Promise<void> {
    this.#behind.databaseWire.flushObservations()
    const doors = [...this.#visits.values()].map((visit) => visit.door.flush())
    await Promise.all([...doors, this.#behind.api.flush()])
  }

  /** Ends every part and gives everything back. Safe to repeat. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    const { backend, database, inside, lease, watchdog } = this.#parts
    this.#incidents.closing.abort(new Error('the world is closing'))
    // What did not come up whole is ended by the watchdog.
    const nothing = () => {}
    const behind = [
      backend.then(
        ({ api, databaseWire }) => Promise.allSettled([api.stop(), databaseWire.close()]),
        nothing,
      ),
      database.then((up) => up.stop(), nothing),
    ]
    await Promise.allSettled([...this.#visits.values()].map((visit) => visit.close()))
    const outside = inside.then(({ clientWorld }) => clientWorld.close(), nothing)
    await Promise.allSettled([outside, ...behind, lease.release()])
    await watchdog.close()
  }
}
