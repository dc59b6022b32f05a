import { nowMs } from '../../host/clock.ts'
import { Deadlines } from '../../host/deadlines.ts'
import type { Plan } from '../points.ts'
import type { Breakable, Evidence } from './breakable.ts'

/**
 * Keeps the time of states, for every machine alike: one that begins after a while is armed then, one that lasts for
 * a while is healed then. Anything else goes straight through.
 */
export class TimedPoint implements Breakable<Plan> {
  readonly #machine: Breakable<Plan>
  readonly #deadlines = new Deadlines()
  /** One change at a time: healing may come while the state is about to begin. */
  #changing: Promise<void> = Promise.resolve()
  /** While the machine itself is not armed: what there is to say instead. */
  #aside: Evidence | undefined
  #failure: Error | undefined

  constructor(machine: Breakable<Plan>) {
    this.#machine = machine
  }

  async arm({ when, ...plan }: Plan): Promise<void> {
    await this.heal()
    const { afterMs = 0, forMs } = when ?? {}
    this.#aside = undefined
    const armedMs = nowMs()
    if (forMs !== undefined) this.#later(armedMs + afterMs + forMs, () => this.#end())
    if (afterMs === 0) return await this.#change(() => this.#machine.arm(plan as Plan))
    this.#aside = { fired: 0, text: `not yet: it begins after ${afterMs} ms` }
    this.#later(armedMs + afterMs, async () => {
      await this.#machine.arm(plan as Plan)
      this.#aside = undefined
    })
  }

  /** @throws what went wrong when its time had come, too. */
  async heal(): Promise<void> {
    this.#deadlines.clear()
    await this.#change(() => this.#machine.heal())
    this.#tellFailure()
  }

  async evidence(): Promise<Evidence> {
    await this.#changing
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
      this.#change(act).catch((error: Error) => {
        this.#failure = error
      })
    })
  }

  /** Nobody waited for what failed at its time: whoever heals or asks for the evidence next is told. */
  #tellFailure(): void {
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure
  }

  #change(act: () => Promise<void>): Promise<void> {
    const changed = this.#changing.then(act)
    this.#changing = changed.catch(() => {})
    return changed
  }
}
