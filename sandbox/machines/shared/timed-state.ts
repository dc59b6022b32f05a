import { nowMs } from '../../host/clock.ts'
import { Deadlines } from '../../host/deadlines.ts'
import { InTurn } from '../../host/in-turn.ts'
import type { Armed, Breakable, Evidence } from './breakable.ts'
import { type StateWhen, windowOf } from './when.ts'

/**
 * Arms a plan, and keeps the time of its state, for every machine alike: one that begins after a while is armed then,
 * one that lasts for a while is healed then. A plan without times is armed as it is.
 */
export async function armInTime<Plan extends { readonly when?: StateWhen }>(
  machine: Breakable<Plan>,
  { when, ...rest }: Plan,
): Promise<Armed> {
  const plan = rest as unknown as Plan
  if (when === undefined) return await machine.arm(plan)
  const state = new TimedState(() => machine.arm(plan), when)
  await state.begin()
  return state
}

/** A state with times of its own. */
class TimedState implements Armed {
  readonly #arm: () => Promise<Armed>
  readonly #when: StateWhen
  readonly #deadlines = new Deadlines()
  /** Healing may come while the state is about to begin. */
  readonly #turn = new InTurn()
  #armed: Armed | undefined
  /** The moment from which it held for certain. */
  #heldFromMs = 0
  /** While the machine itself is not armed: what there is to say instead. */
  #aside: Evidence | undefined
  #failure: Error | undefined

  constructor(arm: () => Promise<Armed>, when: StateWhen) {
    this.#arm = arm
    this.#when = when
  }

  async begin(): Promise<void> {
    const armedMs = nowMs()
    const { fromMs, untilMs } = windowOf(this.#when, armedMs)
    if (Number.isFinite(untilMs)) this.#later(untilMs, () => this.#end())
    if (fromMs === armedMs) return await this.#turn.do(() => this.#begin())
    this.#aside = { fired: 0, text: `it begins after ${this.#when.afterMs} ms` }
    this.#later(fromMs, () => this.#begin())
  }

  /** @throws what went wrong when its time had come, too. */
  async heal(): Promise<void> {
    this.#deadlines.clear()
    await this.#turn.do(async () => this.#armed?.heal())
    this.#tellFailure()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.heal()
  }

  async evidence(): Promise<Evidence> {
    await this.#turn.settled()
    this.#tellFailure()
    return this.#aside ?? (await this.#evidenceSoFar())
  }

  async #evidenceSoFar(): Promise<Evidence> {
    const evidence = await this.#armed?.evidence()
    if (evidence === undefined) return { fired: 0, text: 'it never began' }
    return { ...evidence, held: { fromMs: this.#heldFromMs, untilMs: nowMs() } }
  }

  async #begin(): Promise<void> {
    this.#armed = await this.#arm()
    this.#heldFromMs = nowMs()
    this.#aside = undefined
  }

  /** What happened while it held has to be read before it ends. */
  async #end(): Promise<void> {
    this.#aside = await this.#evidenceSoFar()
    await this.#armed?.heal()
  }

  #later(momentMs: number, act: () => Promise<void>): void {
    this.#deadlines.at(momentMs, () => {
      this.#turn.do(act).catch((error: Error) => {
        this.#failure = error
      })
    })
  }

  /** No caller waited for what failed at its time: the next one that heals or asks for the evidence is told. */
  #tellFailure(): void {
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure
  }
}
