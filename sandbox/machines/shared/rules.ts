/** When a rule acts. All conditions given must hold. Without any, it acts on every event that matches. */
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

/** When a state holds; without any, while it is armed. */
export type StateWhen = Pick<When, 'afterMs' | 'forMs'>

/** Which events, and what to do with each. Plain JSON: it crosses process borders. */
export interface Rule<Event, Verdict> {
  /** Every field given here must equal the event's. An empty match means every event. */
  readonly match: Partial<Event>
  readonly when?: When
  readonly verdict: Verdict
}

interface Armed<Event, Verdict> {
  readonly rule: Rule<Event, Verdict>
  readonly armedAtMs: number
  matched: number
  draw: () => number
}

/**
 * The rules armed at one point of a machine. It decides; the machine acts, and counts where that changed something:
 * a verdict alone proves nothing. Counters start at zero at each
 * arming, so no two clients ever share one.
 */
export class RuleSet<Event extends object, Verdict> {
  #armed: Armed<Event, Verdict>[] = []

  arm(rules: readonly Rule<Event, Verdict>[], nowMs: number): void {
    this.#armed = rules.map((rule) => ({
      rule,
      armedAtMs: nowMs,
      matched: 0,
      draw: seededDraw(rule.when?.seed ?? 0),
    }))
  }

  heal(): void {
    this.#armed = []
  }

  get isArmed(): boolean {
    return this.#armed.length > 0
  }

  /** The verdict of the first rule that matches and whose time has come; undefined means: pass. */
  decide(event: Event, nowMs: number): Verdict | undefined {
    for (const armed of this.#armed) {
      if (!matches(armed.rule.match, event)) continue
      if (!isTime(armed, nowMs)) continue
      armed.matched += 1
      if (!isDue(armed)) continue
      return armed.rule.verdict
    }
    return undefined
  }
}

function matches<Event extends object>(match: Partial<Event>, event: Event): boolean {
  for (const key of Object.keys(match) as (keyof Event)[]) {
    if (match[key] !== event[key]) return false
  }
  return true
}

function isTime({ armedAtMs, rule: { when = {} } }: Armed<unknown, unknown>, nowMs: number): boolean {
  const { afterMs = 0, forMs = Number.POSITIVE_INFINITY } = when
  const sinceMs = nowMs - armedAtMs - afterMs
  return sinceMs >= 0 && sinceMs < forMs
}

function isDue(armed: Armed<unknown, unknown>): boolean {
  const { times, every, chance } = armed.rule.when ?? {}
  if (times !== undefined && armed.matched > times) return false
  if (every !== undefined && armed.matched % every !== 0) return false
  return chance === undefined || armed.draw() < chance
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
