import * as v from 'valibot'
import type { When } from '../machines/shared/when.ts'
import type { Plan } from '../machines/table.ts'

/** What a state can be told: it holds or does not, so there is nothing to count. */
export const stateConditions: readonly string[] = ['afterMs', 'forMs']

const whole = (min: number, max: number, what = 'a whole number') => {
  const expected = `${what} from ${min} to ${max}`
  return v.pipe(v.number(expected), v.integer(expected), v.minValue(min, expected), v.maxValue(max, expected))
}
const milliseconds = () => v.optional(whole(1, 3_600_000, 'a whole number of milliseconds'))
const chance = 'a number above 0, 1 at most'

/** The one way to say when a fault acts; each condition that would change nothing is refused. */
export const conditionSchemas = {
  times: v.optional(whole(1, 1_000_000)),
  every: v.optional(whole(2, 1_000_000)),
  afterMs: milliseconds(),
  forMs: milliseconds(),
  chance: v.optional(v.pipe(v.number(chance), v.gtValue(0, chance), v.maxValue(1, chance))),
  seed: v.optional(whole(0, 1_000_000_000)),
}

export const conditions = Object.keys(conditionSchemas)

const anyOf = `an object with any of ${conditions.join(', ')}`

const together = v.strictObject(conditionSchemas, anyOf)

export const whenSchema = v.pipe(
  // A list has a function of the name `every`.
  v.custom<v.InferInput<typeof together>>((when) => !Array.isArray(when), anyOf),
  together,
  v.forward(
    v.check(({ chance, seed }) => chance === undefined || seed !== undefined, 'a seed beside the chance'),
    ['seed'],
  ),
  v.forward(
    v.check(({ chance, seed }) => seed === undefined || chance !== undefined, 'a chance beside the seed'),
    ['chance'],
  ),
  v.forward(
    v.check(
      ({ every, times }) => every === undefined || times === undefined || times >= every,
      'as many as every at least, since those before it count too',
    ),
    ['times'],
  ),
)

/** The first condition that a plan cannot keep, since it has a state; undefined when it can keep all. */
export function notForStates(plan: Plan, when: When): string | undefined {
  if (plan.state === undefined) return undefined
  return Object.keys(when).find((condition) => !stateConditions.includes(condition))
}

/** The plan as it acts then. A state does not count events: whoever arms it keeps its time. */
export function actingWhen(plan: Plan, when: When): Plan {
  const { rules, state } = plan as { readonly rules?: readonly object[]; readonly state?: object }
  return {
    ...plan,
    ...(rules === undefined || state !== undefined
      ? {}
      : { rules: rules.map((rule) => ({ ...rule, when })) }),
    ...(state === undefined ? {} : { when }),
  } as Plan
}

/** `the first 2 times`, for the end of a summary. */
export function whenText({ times, every, afterMs, forMs, chance, seed }: When): string {
  return [
    ...(every === undefined ? [] : [`every ${every}. time`]),
    ...(times === undefined ? [] : [times === 1 ? 'the first time' : `the first ${times} times`]),
    ...(chance === undefined ? [] : [`with a chance of ${chance} (seed ${seed})`]),
    ...(afterMs === undefined ? [] : [`from ${afterMs} ms on`]),
    ...(forMs === undefined ? [] : [`for ${forMs} ms`]),
  ].join(', ')
}
