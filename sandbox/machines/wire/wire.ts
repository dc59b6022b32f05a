import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { nowMs } from '../../host/clock.ts'
import type { Ground, Occupation } from '../../host/ground/ground.ts'
import { InTurn } from '../../host/in-turn.ts'
import type { Breakable, Evidence } from '../shared/breakable.ts'
import { RuleSet } from '../shared/rules.ts'
import type { Observe, WireName } from '../shared/trace.ts'
import { type LinkOptions, WireLink } from './wire-link.ts'
import { listenOnAll, reachOf, WireListener } from './wire-listener.ts'
import type { WireEvent, WirePlan, WireState, WireVerdict } from './wire-points.ts'
import { strikes } from './wire-strike.ts'
import { type Tally, tallied } from './wire-tally.ts'

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
  readonly onBug: (error: Error) => void
}

/** A client that does not answer the end of its connection is not waited for any longer. */
const noticeMsMax = 1_000

/**
 * A relay of bytes between a listener and an upstream. It hands on bytes, a FIN as a FIN, a RST as a RST, keeps
 * half-closed connections and back-pressure; when the upstream refuses, the client gets a RST.
 *
 * Rules are decided once per connection, when it is accepted: arming and healing change nothing on connections
 * that are open.
 */
export class Wire implements Breakable<WirePlan> {
  readonly address: string
  readonly #options: WireOptions
  readonly #rules = new RuleSet<WireEvent, WireVerdict>()
  readonly #links = new Set<WireLink>()
  /** Those of `#links` that others hold while the state is `full`. Nobody observes them: they are no part of a call. */
  readonly #others = new Set<WireLink>()
  #onOther: ((link: WireLink) => void) | undefined
  #occupation: Occupation | undefined
  #port = 0
  readonly #listeners: readonly WireListener[]
  #state: WireState | undefined
  #tally: Tally = { accepted: 0, struck: 0, kind: '' }
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
  arm(plan: WirePlan): Promise<void> {
    return this.#turn.do(async () => {
      await this.#heal()
      this.#tally = { accepted: 0, struck: 0, kind: '' }
      this.#rules.arm(plan.rules ?? [], nowMs())
      try {
        if (plan.state !== undefined) await this.#apply(plan.state)
      } catch (error) {
        await this.#heal()
        throw error
      }
    })
  }

  heal(): Promise<void> {
    return this.#turn.do(() => this.#heal())
  }

  /** Of a rule: the connections it acted on. Of a state: what the kernel says. Read before healing. */
  async evidence(): Promise<Evidence> {
    const state = this.#state
    const shut = this.#listeners.filter(({ address }) => state && reachOf(address, state) !== 'works')
    if (shut.length === 0) return tallied(this.#tally)
    const proofs = await Promise.all(shut.map((listener) => listener.evidence()))
    return {
      fired: Math.min(...proofs.map(({ fired }) => fired)),
      text: proofs.map(({ text }) => text).join(', '),
      ...(proofs.every(({ isProbed }) => isProbed) ? { isProbed: true } : {}),
    }
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
      this.#rules.heal()
      await this.#occupation?.release()
      this.#destroyAll()
      await Promise.all(this.#listeners.map((listener) => listener.close()))
      this.#state = undefined
    })
  }

  async #apply(state: WireState): Promise<void> {
    if (state.kind === 'by-family' && this.#options.address6 === undefined) {
      throw new Error(
        'wire: expected an IPv6 address, has none: only the run of a scenario whose fault needs it gives one',
      )
    }
    this.#state = state
    if (state.kind === 'open-struck') return await this.#strikeOpen(state)
    if (state.kind === 'full') return await this.#fill(state.connections)
    for (const listener of this.#listeners) await listener.become(reachOf(listener.address, state))
  }

  async #strikeOpen(state: Extract<WireState, { kind: 'open-struck' }>): Promise<void> {
    const { strike, afterIdleMs = 0 } = state
    const tally = { accepted: this.#links.size, struck: 0, kind: strike }
    this.#tally = tally
    const struck = [...this.#links].map(async (link) => {
      await link.strikeWhenIdle(strikes[strike], afterIdleMs, () => {
        const isArmed = this.#state === state
        if (isArmed) tally.struck += 1
        return isArmed
      })
    })
    await Promise.race([Promise.all(struck), sleep(afterIdleMs + noticeMsMax, undefined, { ref: false })])
  }

  /** Resolves when others have so many connections open, whoever else has some. */
  async #fill(connections: number): Promise<void> {
    const { address, ground } = this.#options
    const areIn = new Promise<void>((resolve) => {
      this.#onOther = (link) => {
        this.#others.add(link)
        if (this.#others.size < connections) return
        this.#onOther = undefined
        resolve()
      }
    })
    this.#occupation = await ground.occupy(address, this.#port, connections)
    await areIn
    this.#tally = { accepted: 0, struck: 0, kind: '', held: connections }
  }

  async #heal(): Promise<void> {
    this.#rules.heal()
    this.#state = undefined
    this.#onOther = undefined
    await this.#occupation?.release()
    this.#occupation = undefined
    for (const link of this.#others) link.destroy()
    for (const listener of this.#listeners) await listener.become('works')
  }

  #accept(client: Socket, address: string): void {
    const { name, observe, upstream, onBug } = this.#options
    const connection = ++this.#connections
    const tally = this.#tally
    tally.accepted += 1
    const onOther = this.#onOther
    const see: LinkOptions['observe'] = (seen) => {
      if (onOther === undefined) observe({ machine: 'wire', wire: name, connection, ...seen })
    }
    see({ what: 'accepted', address })
    const verdict = onOther === undefined ? this.#verdict() : undefined
    const link = new WireLink({
      client,
      upstream,
      verdict,
      observe: see,
      onStruck: () => {
        tally.struck += 1
        tally.kind = verdict?.kind ?? ''
      },
      onClosed: () => {
        this.#links.delete(link)
        this.#others.delete(link)
        if (this.#links.size === this.#others.size) this.#onQuiet()
      },
      onBug,
    })
    this.#links.add(link)
    onOther?.(link)
  }

  /** What a connection gets that is accepted now. */
  #verdict(): WireVerdict | undefined {
    const state = this.#state
    if (state?.kind !== 'full') return this.#rules.decide({ wire: this.#options.name }, nowMs())
    return this.#links.size >= state.connections ? strikes[state.strike] : undefined
  }
}
