import { fault } from '../language/fault.ts'
import { hostName } from '../language/parameters.ts'

/**
 * The resolver answers for IPv4 and stays silent for IPv6: AAAA questions vanish.
 *
 * The app gets its data, seconds late, though the address was known at once: a look-up waits for both answers.
 *
 * - `name`: the host name in the AAAA questions that get no answer.
 * - Answer: the right one to A, none to AAAA.
 * - Seen: a very slow first call, or the client's own time limit. No error names DNS.
 * - Source: RFC 4074 §4.1 (servers that ignore AAAA); resolv.conf(5), option single-request.
 */
export const noAnswerAaaa = fault({
  step: 'dns',
  name: 'no-answer-aaaa',
  summary: ({ name }) => `no answer to AAAA for ${name}`,
  parameters: { name: hostName({ default: 'api.example.test' }) },
  plan: ({ name }) => ({
    point: 'dns',
    rules: [{ match: { name, type: 'AAAA' }, verdict: { kind: 'drop' } }],
  }),
})
