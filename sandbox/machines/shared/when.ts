/** When a fault acts. All conditions given must hold. Without any, it acts on every event that matches. */
export interface When {
  /** Acts on the first N matching events only: "fail twice, then work". Those before `afterMs` do not count. */
  readonly times?: number
  /** Acts on every Nth matching event: 3 acts on the 3rd, 6th, 9th. */
  readonly every?: number
  /** Acts only from this many milliseconds after it was armed. */
  readonly afterMs?: number
  /** Acts only for this many milliseconds (counted from `afterMs`). */
  readonly forMs?: number
  /** Acts with this probability (0 to 1). Needs `seed`, so that a run can be repeated. */
  readonly chance?: number
  /** Seed of the chance, a whole number. */
  readonly seed?: number
}

/** When a state holds; without any, while it is armed. There is nothing to count. */
export type StateWhen = Pick<When, 'afterMs' | 'forMs'>

/** The moments between which a fault acts, on the one clock. */
export function windowOf(
  { afterMs = 0, forMs = Number.POSITIVE_INFINITY }: StateWhen,
  armedMs: number,
): { readonly fromMs: number; readonly untilMs: number } {
  const fromMs = armedMs + afterMs
  return { fromMs, untilMs: fromMs + forMs }
}

/** Counts the events that match a rule, from its arming on, and says on which of them it acts. */
export class Occasions {
  readonly #when: When
  readonly #window: ReturnType<typeof windowOf>
  readonly #draw: () => number
  #matched = 0

  constructor(when: When = {}, armedMs: number) {
    this.#when = when
    this.#window = windowOf(when, armedMs)
    this.#draw = seededDraw(when.seed ?? 0)
  }

  /** An event matches now: whether the rule acts on it. */
  isOne(nowMs: number): boolean {
    const { fromMs, untilMs } = this.#window
    if (nowMs < fromMs || nowMs >= untilMs) return false
    this.#matched += 1
    const { chance, every, times } = this.#when
    if (times !== undefined && this.#matched > times) return false
    if (every !== undefined && this.#matched % every !== 0) return false
    return chance === undefined || this.#draw() < chance
  }
}

/** mulberry32: small, seeded, good enough to draw lots; the same seed gives the same draws everywhere. */
export function seededDraw(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
