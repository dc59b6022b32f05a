import { fault } from '../fault.ts'
import { hostName, oneOf, wholeNumber } from '../parameters.ts'

/**
 * The resolver works, but not always: some questions fail, the others get the right answer.
 *
 * The app often never knows: resolvers ask again by themselves, and the call only gets slower.
 *
 * - `name`: the host name whose questions fail.
 * - `times`: only so many questions fail, the first ones. A look-up asks two at once: A and AAAA.
 * - `every`: only every Nth question fails; 1 is each.
 * - `how`: `no-answer`: the question is lost; `servfail`: the answer is SERVFAIL.
 * - Seen: lost questions: 200, late by one wait of the resolver. SERVFAIL: 200 where the operating system asks again;
 *   c-ares does not and says `ESERVFAIL`.
 * - Source: resolv.conf(5), options timeout and attempts.
 */
export const flapping = fault({
  step: 'dns',
  name: 'flapping',
  summary: ({ name, times, every, how }) =>
    `${how} for ${every === 1 ? '' : `every ${every}. of `}the first ${times} questions for ${name}`,
  parameters: {
    name: hostName({ default: 'api.example.test' }),
    times: wholeNumber({ default: 2, min: 1 }),
    every: wholeNumber({ default: 1, min: 1 }),
    how: oneOf(['no-answer', 'servfail'], { default: 'no-answer' }),
  },
  plan: ({ name, times, every, how }) => ({
    point: 'dns',
    rules: [
      {
        match: { name },
        when: { times, every },
        verdict: how === 'servfail' ? { kind: 'answer', rcode: 'SERVFAIL' } : { kind: 'drop' },
      },
    ],
  }),
})
