import { nowMs } from './clock.ts'

/** Things to do at moments of the one clock: never early, and none of them once cleared. */
export class Deadlines {
  readonly #timers = new Set<NodeJS.Timeout>()

  /** The moment is looked at again when the timer fires: a timer alone may fire 1 ms early. */
  at(momentMs: number, act: () => void): void {
    const fire = () => {
      this.#timers.delete(timer)
      if (nowMs() < momentMs) this.at(momentMs, act)
      else act()
    }
    const timer = setTimeout(fire, Math.max(0, Math.ceil(momentMs - nowMs())))
    this.#timers.add(timer)
  }

  /** Once nothing has happened for so long since the moment that `lastMs` tells. */
  whenIdle(idleMs: number, lastMs: () => number, act: () => void): void {
    const lookedAtMs = lastMs()
    this.at(lookedAtMs + idleMs, () => {
      if (lastMs() === lookedAtMs) act()
      else this.whenIdle(idleMs, lastMs, act)
    })
  }

  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }
}
