import { nowMs } from './clock.ts'

/**
 * A timer of Node fires in steps of a millisecond, late by up to one, and up to one early. Where the wait is long
 * against this, the last of it is spent turning the event loop, which goes on serving meanwhile.
 */
const TURNING_MS = 1.2
const TURNED_FROM_MS = 5

interface Wait {
  stop(): void
}

/** Things to do at moments of the one clock: never early, and none of them once cleared. */
export class Deadlines {
  readonly #waits = new Set<Wait>()

  at(momentMs: number, act: () => void): void {
    const wait: Wait = { stop: () => {} }
    this.#waits.add(wait)
    const isTurned = momentMs - nowMs() >= TURNED_FROM_MS
    const sleep = () => {
      const leftMs = Math.max(0, momentMs - nowMs())
      if (isTurned && leftMs <= TURNING_MS) {
        const turn = setImmediate(look)
        wait.stop = () => clearImmediate(turn)
      } else {
        const timer = setTimeout(look, isTurned ? leftMs - TURNING_MS : Math.ceil(leftMs))
        wait.stop = () => clearTimeout(timer)
      }
    }
    const look = () => {
      if (nowMs() < momentMs) return sleep()
      this.#waits.delete(wait)
      act()
    }
    sleep()
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
    for (const wait of this.#waits) wait.stop()
    this.#waits.clear()
  }
}
