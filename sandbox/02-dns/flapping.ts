import { fault } from '../language/fault.ts'
import { hostName, oneOf } from '../language/parameters.ts'

/**
 * The resolver works, but not always: some questions fail, the others get the right answer.
 *
 * The app often never knows: resolvers ask again by themselves, and the call only gets slower.
 *
 * - `name`: the host name in the questions that fail.
 * - `how`: `no-answer`: the question is lost; `servfail`: the answer is SERVFAIL.
 * - `when`: unless told otherwise the first two questions fail. A look-up asks two at once: A and AAAA.
 * - Seen: lost questions: 200, late by one wait of the resolver. SERVFAIL: 200 where the operating system asks again;
 *   c-ares does not and says `ESERVFAIL`.
 * - Source: resolv.conf(5), options timeout and attempts.
 */
export const flapping = fault({
  step: 'dns',
  name: 'flapping',
  summary: ({ name, how }) => `${how} for some questions for ${name}`,
  parameters: {
    name: hostName({ default: 'api.example.test' }),
    how: oneOf(['no-answer', 'servfail'], { default: 'no-answer' }),
  },
  when: { times: 2 },
  plan: ({ name, how }) => ({
    point: 'dns',
    rules: [
      {
        match: { name },
        verdict: how === 'servfail' ? { kind: 'answer', rcode: 'SERVFAIL' } : { kind: 'drop' },
      },
    ],
  }),
})
