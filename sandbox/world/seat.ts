import type { ClientGround } from '../host/ground/ground.ts'
import type { Place } from '../host/place.ts'
import type { Destination } from '../language/call.ts'
import type { SeatContext } from '../machines/table.ts'
import type { Authority } from '../machines/tls/authority.ts'
import type { FrontDoor } from './front-door.ts'

/** What a seat has that other seats do without. */
export interface SeatOptions {
  /** The host name has an IPv6 address too, and the API answers there. */
  readonly ipv6?: boolean
  /** Tickets, with which a client can resume its session on another connection; mTLS; one version only. */
  readonly edge?: SeatContext['edge']
}

/** What a seat is made of. */
export interface SeatParts {
  /** Also of its front door: `fetch-1`. */
  readonly id: string
  readonly place: Place
  /** What the place stands on. */
  readonly ground: ClientGround
  /** The one that the client trusts. */
  readonly authority: Authority
  readonly openDoor: () => Promise<FrontDoor>
  readonly onClosed: () => void
}

/** One client at its place in one sandbox, with its own way to the API. */
export class Seat {
  readonly id: string
  readonly place: Place
  readonly ground: ClientGround
  readonly authority: Authority
  readonly #parts: SeatParts
  #door: FrontDoor | undefined

  constructor(parts: SeatParts) {
    this.#parts = parts
    this.id = parts.id
    this.place = parts.place
    this.ground = parts.ground
    this.authority = parts.authority
  }

  /** Opens the front door. */
  async open(): Promise<FrontDoor> {
    this.#door ??= await this.#parts.openDoor()
    return this.#door
  }

  get door(): FrontDoor {
    if (this.#door === undefined) throw new Error(`world: the front door of ${this.id} is not open`)
    return this.#door
  }

  /** Where its client's calls go. In the sealed world the operating system knows the DNS server. */
  get destination(): Destination {
    const { dnsServer, origin } = this.door
    return this.place.world === 'sealed' ? { origin } : { origin, dnsServer }
  }

  async close(): Promise<void> {
    this.#parts.onClosed()
    await this.#door?.close()
  }
}
