import { fault } from '../language/fault.ts'
import { hostName, oneOf } from '../language/parameters.ts'

/**
 * The answer's bytes are no DNS message: a broken resolver, or a middlebox that rewrites answers badly.
 *
 * The app cannot repair it. The operating system reports it as a name that does not exist.
 *
 * - `name`: the host name with the broken answer.
 * - `how`: `counts`: the header announces 65 535 records; `rdlength`: the first record runs past the end;
 *   `pointer-loop`: its name is a compression pointer to itself. Where there is no record, all act as `counts`.
 * - Answer: NOERROR, of the right id and question.
 * - Seen: `ENOTFOUND`, syscall `getaddrinfo`, as for NXDOMAIN (`EBADRESP`, `queryA` in the portable world).
 * - Source: RFC 1035 §4.1; RFC 9267 (what such bytes have done to resolvers).
 */
export const malformedAnswer = fault({
  step: 'dns',
  name: 'malformed-answer',
  summary: ({ name, how }) => `malformed answer for ${name} (${how})`,
  parameters: {
    name: hostName({ default: 'api.example.test' }),
    how: oneOf(['counts', 'rdlength', 'pointer-loop'], { default: 'counts' }),
  },
  plan: ({ name, how }) => ({
    point: 'dns',
    rules: [{ match: { name }, verdict: { kind: 'answer', malformed: how } }],
  }),
})
