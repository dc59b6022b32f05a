import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { nowMs } from '../clock.ts'
import type { Ground } from '../ground/ground.ts'
import type { Breakable, Evidence } from '../machine.ts'
import { RuleSet } from '../rules.ts'
import type { Observe, WireName } from '../trace.ts'
import { WireLink } from './wire-link.ts'
import { reachOf, WireListener } from './wire-listener.ts'
import type { WireEvent, WirePlan, WireState, WireVerdict } from './wire-points.ts'

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

/** What a peer that waits on an open connection gets to notice its end, before anybody calls again. */
const noticeMs = 100

/** With port 0 the kernel gives one that may be taken at the second address; then the next one is tried. */
const portAttemptsMax = 20

/** What happened since the last arming. Each arming has its own, so that older connections cannot add to it. */
interface Tally {
  accepted: number
  struck: number
  kind: string
}

/**
 * A relay of bytes between a listener and an upstream. It hands on bytes, a FIN as a FIN, a RST as a RST, keeps
 * half-closed connections and back-pressure; when the upstream refuses, the client gets a RST.
 *
 * Rules are decided once per connection, when it is accepted: arming and healing change nothing on connections
 * that are open (see `resetAll`).
 */
export class Wire implements Breakable<WirePlan> {
  readonly address: string
  readonly #options: WireOptions
  readonly #rules = new RuleSet<WireEvent, WireVerdict>()
  readonly #links = new Set<WireLink>()
  #port = 0
  readonly #listeners: readonly WireListener[]
  #state: WireState | undefined
  #tally: Tally = { accepted: 0, struck: 0, kind: '' }
  #connections = 0
  #onQuiet: () => void = () => {}
  #changing: Promise<void> = Promise.resolve()

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
    await wire.#listen()
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
    return this.#change(async () => {
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
    return this.#change(() => this.#heal())
  }

  /** Of a rule: the connections it acted on. Of a state: what the kernel says. Read before healing. */
  async evidence(): Promise<Evidence> {
    const state = this.#state
    if (state === undefined || state.kind === 'open-struck') return tallied(this.#tally)
    const shut = this.#listeners.filter(({ address }) => reachOf(address, state) !== 'works')
    const proofs = await Promise.all(shut.map((listener) => listener.evidence()))
    return {
      fired: Math.min(...proofs.map(({ fired }) => fired)),
      text: proofs.map(({ text }) => text).join(', '),
      ...(proofs.every(({ isProbed }) => isProbed) ? { isProbed: true } : {}),
    }
  }

  /** Sends a RST to both sides of every open connection: what a pool or a keep-alive agent holds is gone. */
  resetAll(): void {
    for (const link of this.#links) link.reset()
  }

  /**
   * Resolves when no connection is open. What is still open after `atMostMs` (a call that hung) is destroyed, so
   * that no later call shares the wire with it.
   */
  async quiet(atMostMs: number): Promise<void> {
    const timer = setTimeout(() => this.#destroyAll(), atMostMs)
    await new Promise<void>((resolve) => {
      this.#onQuiet = resolve
      if (this.#links.size === 0) resolve()
    })
    clearTimeout(timer)
  }

  #destroyAll(): void {
    for (const link of this.#links) link.destroy()
  }

  /** Tells the totals of the connections that are still open. The others told theirs when they closed. */
  flushObservations(): void {
    for (const link of this.#links) link.flushObservations()
  }

  /** Stops listening and destroys every connection. */
  close(): Promise<void> {
    return this.#change(async () => {
      this.#rules.heal()
      this.#destroyAll()
      await Promise.all(this.#listeners.map((listener) => listener.close()))
      this.#state = undefined
    })
  }

  /** One change at a time: healing may come from a signal while arming is under way. */
  #change(act: () => Promise<void>): Promise<void> {
    const changed = this.#changing.then(act)
    this.#changing = changed.catch(() => {})
    return changed
  }

  async #apply(state: WireState): Promise<void> {
    if (state.kind === 'by-family' && this.#options.address6 === undefined) {
      throw new Error(
        'wire: expected an IPv6 address, has none: only the run of a scenario whose fault needs it gives one',
      )
    }
    this.#state = state
    if (state.kind === 'open-struck') return await this.#strikeOpen(state.strike)
    for (const listener of this.#listeners) await listener.become(reachOf(listener.address, state))
  }

  async #strikeOpen(kind: Extract<WireState, { kind: 'open-struck' }>['strike']): Promise<void> {
    this.#tally = { accepted: this.#links.size, struck: this.#links.size, kind }
    for (const link of this.#links) link.strike(strikes[kind])
    await sleep(noticeMs)
  }

  async #heal(): Promise<void> {
    this.#rules.heal()
    this.#state = undefined
    for (const listener of this.#listeners) await listener.become('works')
  }

  async #listen(): Promise<void> {
    const { port } = this.#options
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.#port = port
        for (const listener of this.#listeners) this.#port = await listener.open(this.#port)
        return
      } catch (error) {
        for (const listener of this.#listeners) await listener.close()
        const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
        if (port !== 0 || !isTaken || attempt === portAttemptsMax) throw error
      }
    }
  }

  #accept(client: Socket, address: string): void {
    const { name, observe, upstream, onBug } = this.#options
    const connection = ++this.#connections
    const tally = this.#tally
    tally.accepted += 1
    observe({ machine: 'wire', wire: name, connection, what: 'accepted', address })
    const verdict = this.#rules.decide({ wire: name }, nowMs())
    const link = new WireLink({
      client,
      upstream,
      verdict: verdict?.kind === 'limit' ? this.#limited(verdict) : verdict,
      observe: (seen) => observe({ machine: 'wire', wire: name, connection, ...seen }),
      onStruck: () => {
        tally.struck += 1
        tally.kind = verdict?.kind ?? ''
      },
      onClosed: () => {
        this.#links.delete(link)
        if (this.#links.size === 0) this.#onQuiet()
      },
      onBug,
    })
    this.#links.add(link)
  }

  #limited(limit: Extract<WireVerdict, { kind: 'limit' }>): WireVerdict | undefined {
    return this.#links.size >= limit.connections ? strikes[limit.strike] : undefined
  }
}

const strikes = {
  reset: { kind: 'reset' },
  cut: { kind: 'cut' },
  silence: { kind: 'silence' },
  forget: { kind: 'forget' },
} as const satisfies Record<string, WireVerdict>

function tallied({ accepted, struck, kind }: Tally): Evidence {
  const connections = `${accepted} connection${accepted === 1 ? '' : 's'}`
  return { fired: struck, text: struck === 0 ? connections : `${connections}, ${struck} × ${kind}` }
}
