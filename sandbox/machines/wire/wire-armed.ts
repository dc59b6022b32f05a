import { setTimeout as sleep } from 'node:timers/promises'
import { nowMs } from '../../host/clock.ts'
import type { Ground, Occupation } from '../../host/ground/ground.ts'
import type { Evidence } from '../shared/breakable.ts'
import { RuleSet } from '../shared/rules.ts'
import type { WireLink } from './wire-link.ts'
import { reachOf, type WireListener } from './wire-listener.ts'
import type { WireEvent, WirePlan, WireState, WireVerdict } from './wire-points.ts'
import { strikes } from './wire-strike.ts'
import { Tally } from './wire-tally.ts'

/** What a wire tells that which is armed at it. */
export interface WireSurroundings {
  readonly ground: Ground
  readonly address: string
  readonly port: number
  readonly listeners: readonly WireListener[]
  /** The connections that are open. */
  readonly links: ReadonlySet<WireLink>
}

/** What is armed at a wire: it decides on new connections, remembers what it did, and undoes itself. */
export interface ArmedWire {
  readonly tally: Tally
  /** Brings it about. Connections that are accepted meanwhile meet it already. */
  begin(): Promise<void>
  /** What a connection gets that is accepted now. */
  verdict(event: WireEvent): WireVerdict | undefined
  /** While connections come in that are no client's: takes the next one. */
  readonly takeOther?: ((link: WireLink) => void) | undefined
  evidence(): Promise<Evidence>
  /** Also what has come about only in part. Safe to repeat. */
  heal(): Promise<void>
}

/** What the kinds have in common: each does less than this, or otherwise. */
abstract class Armed implements ArmedWire {
  readonly tally: Tally
  readonly #links: ReadonlySet<WireLink>

  constructor({ links }: WireSurroundings, tally = new Tally()) {
    this.#links = links
    this.tally = tally
  }

  async begin(): Promise<void> {}

  verdict(_event: WireEvent): WireVerdict | undefined {
    return undefined
  }

  async evidence(): Promise<Evidence> {
    return this.tally.evidence()
  }

  /** Connections that can never end by themselves are ended: on a healthy wire there are none. */
  async heal(): Promise<void> {
    for (const link of this.#links) if (link.isStuck) link.destroy()
  }
}

/** Rules: each connection gets its verdict when it is accepted. */
class Rules extends Armed {
  readonly #rules = new RuleSet<WireEvent, WireVerdict>()

  constructor(rules: NonNullable<WirePlan['rules']>, wire: WireSurroundings) {
    super(wire)
    this.#rules.arm(rules, nowMs())
  }

  override verdict(event: WireEvent): WireVerdict | undefined {
    return this.#rules.decide(event, nowMs())
  }

  override async heal(): Promise<void> {
    this.#rules.heal()
    await super.heal()
  }
}

/** The port refuses, or never answers. What the kernel says of it is the proof. */
class Shut extends Armed {
  readonly #state: ShutState
  readonly #listeners: readonly WireListener[]

  constructor(state: ShutState, wire: WireSurroundings) {
    super(wire)
    this.#state = state
    this.#listeners = wire.listeners
    if (state.kind === 'by-family' && wire.listeners.length === 1) {
      throw new Error(
        'wire: expected an IPv6 address, has none: only the run of a scenario whose fault needs it gives one',
      )
    }
  }

  override async begin(): Promise<void> {
    for (const listener of this.#listeners) await listener.become(reachOf(listener.address, this.#state))
  }

  override async evidence(): Promise<Evidence> {
    const shut = this.#listeners.filter(({ address }) => reachOf(address, this.#state) !== 'works')
    if (shut.length === 0) return this.tally.evidence()
    const proofs = await Promise.all(shut.map((listener) => listener.evidence()))
    const [only, other] = proofs
    if (only !== undefined && other === undefined) return only
    return {
      fired: Math.min(...proofs.map(({ fired }) => fired)),
      text: proofs.map(({ text }) => text).join(', '),
      ...(proofs.every(({ isProbed }) => isProbed) ? { isProbed: true } : {}),
    }
  }

  override async heal(): Promise<void> {
    for (const listener of this.#listeners) await listener.become('works')
  }
}

/** Other users really hold all connections that there may be; a further one is struck. */
class Full extends Armed {
  readonly #state: StateOf<'full'>
  readonly #wire: WireSurroundings
  readonly #others = new Set<WireLink>()
  #occupying: Promise<Occupation> | undefined
  takeOther: ((link: WireLink) => void) | undefined

  constructor(state: StateOf<'full'>, wire: WireSurroundings) {
    super(wire, new Tally(state.connections))
    this.#state = state
    this.#wire = wire
  }

  override async begin(): Promise<void> {
    const { address, ground, port } = this.#wire
    const { connections } = this.#state
    const areIn = Promise.withResolvers<void>()
    this.takeOther = (link) => {
      this.#others.add(link)
      if (this.#others.size < connections) return
      this.takeOther = undefined
      areIn.resolve()
    }
    this.#occupying = ground.occupy(address, port, connections)
    await this.#occupying
    await areIn.promise
  }

  override verdict(): WireVerdict | undefined {
    const { connections, strike } = this.#state
    return this.#wire.links.size >= connections ? strikes[strike] : undefined
  }

  override async heal(): Promise<void> {
    this.takeOther = undefined
    const occupation = await this.#occupying?.catch(() => undefined)
    await occupation?.release()
    for (const link of this.#others) link.destroy()
    await super.heal()
  }
}

/** A client that does not answer the end of its connection is not waited for any longer. */
const noticeMsMax = 1_000

/** Every connection that is open is struck, once, when it has been idle for so long. */
class OpenStruck extends Armed {
  readonly #state: StateOf<'open-struck'>
  readonly #links: readonly WireLink[]
  #isHealed = false

  constructor(state: StateOf<'open-struck'>, wire: WireSurroundings) {
    super(wire)
    this.#state = state
    this.#links = [...wire.links]
    this.tally.accepted = this.#links.length
  }

  override async begin(): Promise<void> {
    const { afterIdleMs = 0, strike } = this.#state
    const struck = this.#links.map((link) =>
      link.strikeWhenIdle(strikes[strike], afterIdleMs, () => {
        if (!this.#isHealed) this.tally.strike(strike)
        return !this.#isHealed
      }),
    )
    await Promise.race([Promise.all(struck), sleep(afterIdleMs + noticeMsMax, undefined, { ref: false })])
  }

  override async heal(): Promise<void> {
    this.#isHealed = true
    await super.heal()
  }
}

type StateOf<Kind extends WireState['kind']> = Extract<WireState, { kind: Kind }>
type ShutState = StateOf<'closed' | 'backlog-full' | 'by-family'>

/** How each state is armed. */
const states: {
  readonly [Kind in WireState['kind']]: new (
    state: StateOf<Kind>,
    wire: WireSurroundings,
  ) => ArmedWire
} = {
  closed: Shut,
  'backlog-full': Shut,
  'by-family': Shut,
  full: Full,
  'open-struck': OpenStruck,
}

/** A plan, about to be armed at a wire. */
export function armedWire({ rules = [], state }: WirePlan, wire: WireSurroundings): ArmedWire {
  if (state === undefined) return new Rules(rules, wire)
  const Kind = states[state.kind] as new (state: WireState, wire: WireSurroundings) => ArmedWire
  return new Kind(state, wire)
}
