import { nowMs } from '../../host/clock.ts'
import { Deadlines } from '../../host/deadlines.ts'
import { InTurn } from '../../host/in-turn.ts'
import type { Breakable, Evidence } from './breakable.ts'
import { type StateWhen, windowOf } from './when.ts'

/**
 * Keeps the time of states, for every machine alike: one that begins after a while is armed then, one that lasts for
 * a while is healed then. Anything else goes straight through.
 */
export class TimedState<Plan extends object> implements Breakable<Plan & { readonly when?: StateWhen }> {
  readonly #machine: Breakable<Plan>
  readonly #deadlines = new Deadlines()
  /** Healing may come while the state is about to begin. */
  readonly #turn = new InTurn()
  /** While the machine itself is not armed: what there is to say instead. */
  #aside: Evidence | undefined
  #failure: Error | undefined

  constructor(machine: Breakable<Plan>) {
    this.#machine = machine
  }

  async arm({ when, ...rest }: Plan & { readonly when?: StateWhen }): Promise<void> {
    const plan = rest as unknown as Plan
    await this.heal()
    this.#aside = undefined
    const armedMs = nowMs()
    const { fromMs, untilMs } = windowOf(when ?? {}, armedMs)
    if (Number.isFinite(untilMs)) this.#later(untilMs, () => this.#end())
    if (fromMs === armedMs) return await this.#turn.do(() => this.#machine.arm(plan))
    this.#aside = { fired: 0, text: `not yet: it begins after ${when?.afterMs} ms` }
    this.#later(fromMs, async () => {
      await this.#machine.arm(plan)
      this.#aside = undefined
    })
  }

  /** @throws what went wrong when its time had come, too. */
  async heal(): Promise<void> {
    this.#deadlines.clear()
    await this.#turn.do(() => this.#machine.heal())
    this.#tellFailure()
  }

  async evidence(): Promise<Evidence> {
    await this.#turn.settled()
    this.#tellFailure()
    return this.#aside ?? (await this.#machine.evidence())
  }

  /** What happened while it held has to be read before it ends. */
  async #end(): Promise<void> {
    this.#aside = await this.#machine.evidence()
    await this.#machine.heal()
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
