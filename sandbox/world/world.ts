import assert from 'node:assert/strict'
import type { Standpoint } from '../clients/client.ts'
import type { WorldKind } from '../fault.ts'
import { nowMs } from './clock.ts'
import type { Database } from './database/database.ts'
import { cleanEnvironment } from './environment.ts'
import type { FrontDoor } from './front-door.ts'
import { RunDirectory } from './lifetime/run-directory.ts'
import { Watchdog } from './lifetime/watchdog.ts'
import type { Breakable } from './machine.ts'
import { type Backend, type Death, Incidents, type Parts, startParts, type WorldOptions } from './parts.ts'
import type { Plan } from './points.ts'
import type { TraceEvent } from './trace.ts'

export type { WorldOptions } from './parts.ts'

/** The ports of the first front door; the next door's are one higher. The address is the sandbox's own. */
const firstPorts = { dns: 5300, https: 8440 }

/**
 * All the machines of one sandbox, wired, on a loopback address of its own. Postgres and the API start
 * first; everything else is imported and made while they do.
 */
export class World {
  readonly kind: WorldKind
  /** Parts that ended unasked, and errors that only a bug of ours explains. Both fail a run. */
  readonly deaths: readonly Death[]
  readonly bugs: readonly Error[]
  readonly #parts: Parts
  readonly #incidents: Incidents
  #doorsOpened = 0
  readonly #doors = new Set<OpenDoor>()
  #backend: Backend | undefined
  #closed: Promise<void> | undefined

  /** Resolves as soon as the slow parts have been spawned; `up` tells when front doors lead somewhere. */
  static async open(options: WorldOptions): Promise<World> {
    const run = RunDirectory.create()
    const watchdog = Watchdog.start(run)
    const incidents = new Incidents()
    try {
      const parts = await startParts(options, run, watchdog, incidents)
      return new World(options.kind, parts, incidents)
    } catch (error) {
      // What had come up is ended by the watchdog, which also removes the directory.
      await watchdog.close()
      await run.remove()
      throw error
    }
  }

  private constructor(kind: WorldKind, parts: Parts, incidents: Incidents) {
    this.kind = kind
    this.deaths = incidents.deaths
    this.bugs = incidents.bugs
    this.#parts = parts
    this.#incidents = incidents
  }

  get address(): string {
    return this.#parts.lease.address
  }

  get run(): RunDirectory {
    return this.#parts.run
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
    this.#backend = await this.#parts.backend
  }

  get #behind(): Backend {
    assert(this.#backend !== undefined, 'world: used before it was up')
    return this.#backend
  }

  /** A way in for one client; everything observed on it goes to `onEvent`. */
  async openDoor(client: string, onEvent: (event: TraceEvent) => void): Promise<OpenDoor> {
    const index = this.#doorsOpened++
    const id = `${client}-${index + 1}`
    const { ground, lease } = this.#parts
    const { authority, authorityFile, FrontDoor: Door } = await this.#parts.machines
    const machines = await Door.open({
      id,
      address: lease.address,
      ports: { dns: firstPorts.dns + index, https: firstPorts.https + index },
      ground,
      authority,
      api: () => ({ host: this.#behind.api.address, port: this.#behind.api.port }),
      observe: (observation, atMs = nowMs()) => onEvent({ ...observation, atMs, door: id }),
      onBug: (error) => this.#incidents.bugs.push(error),
    })
    const door = new OpenDoor(id, machines, this.#standpoint(machines, authorityFile), () => {
      this.#doors.delete(door)
      this.#incidents.listeners.delete(id)
    })
    this.#doors.add(door)
    this.#incidents.listeners.set(id, onEvent)
    return door
  }

  /** The place that a plan names, at one door. */
  point(door: OpenDoor, name: Plan['point']): Breakable<Plan> {
    const { api, database, databaseWire } = this.#behind
    if (name === 'api') return api.point(door.id) as Breakable<Plan>
    if (name === 'database') return database.point() as Breakable<Plan>
    if (name === 'database-wire') return databaseWire as Breakable<Plan>
    const point = door.machines.point(name) as Breakable<Plan> | undefined
    assert(point !== undefined, `world: no machine has the point ${name}`)
    return point
  }

  /** Everything observed so far, in every process, has reached its door when this resolves. */
  async flush(): Promise<void> {
    this.#behind.databaseWire.flushObservations()
    for (const door of this.#doors) door.machines.flush()
    await this.#behind.api.flush()
  }

  /** Ends every part and gives everything back. Safe to repeat. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    const { backend, lease, run, watchdog } = this.#parts
    this.#incidents.isClosing = true
    const behind = backend.then(
      ({ api, database, databaseWire }) =>
        Promise.allSettled([api.stop(), databaseWire.close(), database.stop()]),
      // It did not come up whole: the watchdog ends what did.
      () => {},
    )
    await Promise.allSettled([...[...this.#doors].map((door) => door.close()), behind, lease.release()])
    await Promise.all([watchdog.close(), run.remove()])
  }

  #standpoint(door: FrontDoor, authorityFile: string): Standpoint {
    const { compileCache, watchdog } = this.#parts
    return {
      world: this.kind,
      origin: `https://${door.hostName}:${door.front.port}`,
      authorityFile,
      compileCache,
      dnsServer: `${door.dns.address}:${door.dns.port}`,
      spawn: (command, args, { environment, stdio }) =>
        watchdog.spawn(command, args, {
          env: cleanEnvironment(environment),
          ...(stdio === undefined ? {} : { stdio }),
        }),
    }
  }
}

/** A front door with its client's standpoint. */
export class OpenDoor {
  readonly id: string
  readonly machines: FrontDoor
  readonly standpoint: Standpoint
  readonly #onClosed: () => void

  constructor(id: string, machines: FrontDoor, standpoint: Standpoint, onClosed: () => void) {
    this.id = id
    this.machines = machines
    this.standpoint = standpoint
    this.#onClosed = onClosed
  }

  async close(): Promise<void> {
    this.#onClosed()
    await this.machines.close()
  }
}
