import type { Socket } from 'node:net'
import type { Ground } from '../../host/ground/ground.ts'
import { InTurn } from '../../host/in-turn.ts'
import { type Armed, armedAt, type Breakable, type Evidence } from '../shared/breakable.ts'
import type { Observe, WireName } from '../shared/trace.ts'
import { type ArmedWire, armedWire, type WireSurroundings } from './wire-armed.ts'
import { type LinkOptions, WireLink } from './wire-link.ts'
import { listenOnAll, WireListener } from './wire-listener.ts'
import type { WirePlan } from './wire-points.ts'
import type { WireTap } from './wire-tap.ts'

export interface WireOptions {
  readonly name: WireName
  readonly ground: Ground
  readonly address: string
  /** A second address, IPv6, where clients meet it on the same port. */
  readonly address6?: string
  /** 0 means any free port; it stays the same for the life of the wire. */
  readonly port: number
  /** Read for each connection. */
  readonly upstream: () => { host: string; port: number }
  readonly observe: Observe
  /** Whether anybody will compare what comes in with what goes out. Default: yes. */
  readonly isCompared?: boolean
  readonly onBug: (error: Error) => void
  /** Reads along what the upstream sends, before anything happens to it. */
  readonly tap?: WireTap
}

/**
 * A relay of bytes between a listener and an upstream. It hands on bytes, a FIN as a FIN, a RST as a RST, keeps
 * half-closed connections and back-pressure; when the upstream refuses, the client gets a RST.
 *
 * Rules are decided once per connection, when it is accepted: arming and healing change nothing on connections
 * that are open, but that healing ends those which could not end by themselves any more.
 */
export class Wire implements Breakable<WirePlan> {
  readonly address: string
  readonly #options: WireOptions
  readonly #links = new Set<WireLink>()
  /** Those of `#links` that are no client's: they are not observed, and not waited for. */
  readonly #others = new Set<WireLink>()
  #port = 0
  readonly #listeners: readonly WireListener[]
  #armed: ArmedWire
  #connections = 0
  #onQuiet: () => void = () => {}
  /** Healing may come from a signal while arming is under way. */
  readonly #turn = new InTurn()

  private constructor(options: WireOptions) {
    this.#options = options
    this.address = options.address
    const { address, address6, ground, onBug } = options
    this.#listeners = [address, ...(address6 === undefined ? [] : [address6])].map(
      (each) =>
        new WireListener({
          ground,
          address: each,
          onBug,
          onConnection: (client) => this.#accept(client, each),
        }),
    )
    this.#armed = armedWire({}, this.#surroundings())
  }

  /** @throws Error with `code` EADDRINUSE when the port is taken. */
  static async open(options: WireOptions): Promise<Wire> {
    const wire = new Wire(options)
    wire.#port = await listenOnAll(wire.#listeners, options.port)
    return wire
  }

  get port(): number {
    return this.#port
  }

  /** How many connections are open. */
  get open(): number {
    return this.#links.size
  }

  /** Replaces whatever is armed. When it fails, nothing is armed. */
  arm(plan: WirePlan): Promise<Armed> {
    return this.#turn.do(async () => {
      await this.#armed.heal()
      this.#armed = armedWire(plan, this.#surroundings())
      try {
        await this.#armed.begin()
      } catch (error) {
        await this.#disarm()
        throw error
      }
      return armedAt({ evidence: () => this.evidence(), heal: () => this.heal() })
    })
  }

  heal(): Promise<void> {
    return this.#turn.do(() => this.#disarm())
  }

  /** Of a rule: the connections it acted on. Of a state: what the kernel says. Read before healing. */
  evidence(): Promise<Evidence> {
    return this.#armed.evidence()
  }

  /**
   * Resolves when no connection is open. What is still open after `atMostMs` (a call that hung) is destroyed, so
   * that no later call shares the wire with it.
   */
  async quiet(atMostMs: number): Promise<void> {
    const timer = setTimeout(() => this.#destroyAll(this.#others), atMostMs)
    await new Promise<void>((resolve) => {
      this.#onQuiet = resolve
      if (this.#links.size === this.#others.size) resolve()
    })
    clearTimeout(timer)
  }

  #destroyAll(except?: ReadonlySet<WireLink>): void {
    for (const link of this.#links) {
      if (!except?.has(link)) link.destroy()
    }
  }

  /** Tells the totals of the connections that are still open. The others told theirs when they closed. */
  flushObservations(): void {
    for (const link of this.#links) link.flushObservations()
  }

  /** Stops listening and destroys every connection. */
  close(): Promise<void> {
    return this.#turn.do(async () => {
      // It goes with the wire: what cannot be undone any more is closed below.
      await this.#armed.heal().catch(() => {})
      this.#destroyAll()
      await Promise.all(this.#listeners.map((listener) => listener.close()))
    })
  }

  async #disarm(): Promise<void> {
    await this.#armed.heal()
    this.#armed = armedWire({}, this.#surroundings())
  }

  #surroundings(): WireSurroundings {
    const { address, ground } = this.#options
    return { address, ground, port: this.#port, listeners: this.#listeners, links: this.#links }
  }

  #accept(client: Socket, address: string): void {
    const { isCompared = true, name, observe, onBug, tap, upstream } = this.#options
    const connection = ++this.#connections
    const { tally } = this.#armed
    const takeOther = this.#armed.takeOther?.bind(this.#armed)
    if (takeOther === undefined) tally.accepted += 1
    const see: LinkOptions['observe'] = (seen) => {
      if (takeOther === undefined) observe({ machine: 'wire', wire: name, connection, ...seen })
    }
    see({ what: 'accepted', address })
    const verdict = takeOther === undefined ? this.#armed.verdict({ wire: name }) : undefined
    const link = new WireLink({
      client,
      upstream,
      verdict,
      observe: see,
      isCompared,
      onStruck: () => verdict && tally.strike(verdict.kind),
      onClosed: () => {
        this.#links.delete(link)
        this.#others.delete(link)
        if (this.#links.size === this.#others.size) this.#onQuiet()
      },
      onBug,
      ...(tap === undefined ? {} : { tap }),
    })
    this.#links.add(link)
    if (takeOther === undefined) return
    this.#others.add(link)
    takeOther(link)
  }
}
