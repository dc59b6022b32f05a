import { Occasions, type When } from './when.ts'

/** Which events, and what to do with each. Plain JSON: it crosses process borders. */
export interface Rule<Event, Verdict> {
  /** Every field given here must equal the event's. An empty match means every event. */
  readonly match: Partial<Event>
  readonly when?: When
  readonly verdict: Verdict
}

interface ArmedRule<Event, Verdict> {
  readonly rule: Rule<Event, Verdict>
  readonly occasions: Occasions
}

/**
 * The rules armed at one point of a machine. It decides; the machine acts, and counts where that changed something:
 * a verdict alone proves nothing. Counting starts at each arming, so no two clients ever share a count.
 */
export class RuleSet<Event extends object, Verdict> {
  #armed: readonly ArmedRule<Event, Verdict>[] = []

  arm(rules: readonly Rule<Event, Verdict>[], nowMs: number): void {
    this.#armed = rules.map((rule) => ({ rule, occasions: new Occasions(rule.when, nowMs) }))
  }

  heal(): void {
    this.#armed = []
  }

  get isArmed(): boolean {
    return this.#armed.length > 0
  }

  /** The verdict of the first rule that matches and is due; undefined means: pass. */
  decide(event: Event, nowMs: number): Verdict | undefined {
    const meeting = this.#armed.find(
      ({ occasions, rule }) => matches(rule.match, event) && occasions.isOne(nowMs),
    )
    return meeting?.rule.verdict
  }
}

function matches<Event extends object>(match: Partial<Event>, event: Event): boolean {
  return (Object.keys(match) as (keyof Event)[]).every((key) => match[key] === event[key])
}
