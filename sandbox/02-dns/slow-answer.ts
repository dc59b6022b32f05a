import { fault } from '../language/fault.ts'
import { hostName, milliseconds } from '../language/parameters.ts'

/**
 * The resolver answers right, but late.
 *
 * The app gets its data, late: each new connection pays the delay again. Keep connections open, or cache names.
 *
 * - `name`: the host name that is answered late.
 * - `delayMs`: how long each answer waits, in milliseconds. From the operating system's own limit on, it is lost.
 * - Answer: the right one.
 * - Seen: a slow first call. A client that asks again meanwhile can miss the late answer to its first question.
 * - Source: resolv.conf(5), option timeout.
 */
export const slowAnswer = fault({
  step: 'dns',
  name: 'slow-answer',
  summary: ({ name, delayMs }) => `answers for ${name} ${delayMs} ms late`,
  parameters: {
    name: hostName({ default: 'api.example.test' }),
    delayMs: milliseconds({ default: 500, min: 1 }),
  },
  plan: ({ name, delayMs }) => ({
    point: 'dns',
    rules: [{ match: { name }, verdict: { kind: 'answer', delayMs } }],
  }),
})
