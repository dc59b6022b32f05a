import type { Standpoint } from '../clients/common/client.ts'
import type { Place } from '../host/place.ts'
import { Caller } from '../machines/client/caller.ts'
import type { Plan, PointName } from '../machines/points.ts'
import type { Breakable } from '../machines/shared/breakable.ts'
import { TimedPoint } from '../machines/shared/timed-state.ts'
import type { FrontDoor, FrontDoorOptions } from './front-door.ts'

/** What a place has that others do without. */
export interface VisitOptions {
  /** The host name has an IPv6 address too, and the API answers there. */
  readonly ipv6?: boolean
  /** Tickets, with which a client can resume its session on another connection; mTLS; one version only. */
  readonly edge?: FrontDoorOptions['edge']
}

/** One client's place in the clients' world, with its own way to the API. */
export class Visit {
  readonly id: string
  readonly place: Place
  readonly standpoint: Standpoint
  /** Where the app puts its calls together. */
  readonly caller = new Caller()
  /** The command line that runs a command where this client is. */
  readonly enter: (
    command: string,
    args: readonly string[],
  ) => readonly [command: string, args: readonly string[]]
  readonly #points = new Map<PointName, TimedPoint>()
  readonly #openDoor: () => Promise<FrontDoor>
  readonly #onClosed: () => void
  #door: FrontDoor | undefined

  constructor(
    id: string,
    place: Place,
    standpoint: Standpoint,
    enter: Visit['enter'],
    openDoor: () => Promise<FrontDoor>,
    onClosed: () => void,
  ) {
    this.id = id
    this.place = place
    this.standpoint = standpoint
    this.enter = enter
    this.#openDoor = openDoor
    this.#onClosed = onClosed
  }

  /** Opens the front door. */
  async open(): Promise<FrontDoor> {
    this.#door ??= await this.#openDoor()
    return this.#door
  }

  get door(): FrontDoor {
    if (this.#door === undefined) throw new Error(`world: the front door of ${this.id} is not open`)
    return this.#door
  }

  /** The same one each time, since it knows what is to begin and to end. */
  timed(name: PointName, machine: () => Breakable<Plan>): Breakable<Plan> {
    const point = this.#points.get(name) ?? new TimedPoint(machine())
    this.#points.set(name, point)
    return point
  }

  async close(): Promise<void> {
    this.#onClosed()
    await this.#door?.close()
  }
}
