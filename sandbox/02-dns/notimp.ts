import { fault } from '../language/fault.ts'
import { hostName } from '../language/parameters.ts'

/**
 * The resolver says that it does not know this kind of question.
 *
 * The app cannot repair it: a resolver or a middlebox is broken, or too old.
 *
 * - `name`: the host name that is asked for.
 * - Answer: RCODE 4 (NOTIMP), 0 records, for every type.
 * - Seen: `EAI_AGAIN`, syscall `getaddrinfo`, as for SERVFAIL (`ENOTIMP`, `queryA` in the portable world).
 * - Source: RFC 1035 §4.1.1.
 */
export const notimp = fault({
  step: 'dns',
  name: 'notimp',
  summary: ({ name }) => `notimp ${name}`,
  parameters: { name: hostName({ default: 'api.example.test' }) },
  plan: ({ name }) => ({
    point: 'dns',
    rules: [{ match: { name }, verdict: { kind: 'answer', rcode: 'NOTIMP' } }],
  }),
})
