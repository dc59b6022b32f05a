import { fault } from '../language/fault.ts'
import { hostName } from '../language/parameters.ts'

/**
 * The answer repeats the right question, but its record belongs to another name.
 *
 * glibc finds nothing for its name in it. c-ares takes the address all the same.
 *
 * - `name`: the host name that was asked for.
 * - `owner`: the name that the record belongs to.
 * - Answer: NOERROR, the right address under the wrong name.
 * - Seen: `ENOTFOUND`, syscall `getaddrinfo`, as for NXDOMAIN; nothing at all in the portable world.
 * - Source: RFC 1034 §3.7; RFC 2181 §5.4.1 (which data may be trusted).
 */
export const answerForOtherName = fault({
  step: 'dns',
  name: 'answer-for-other-name',
  summary: ({ name, owner }) => `answer for ${name} belongs to ${owner}`,
  parameters: {
    name: hostName({ default: 'api.example.test' }),
    owner: hostName({ default: 'other.example.test' }),
  },
  plan: ({ name, owner }) => ({
    point: 'dns',
    rules: [{ match: { name }, verdict: { kind: 'answer', owner } }],
  }),
})
