import { fault } from '../language/fault.ts'
import { hostName } from '../language/parameters.ts'

/**
 * The resolver failed: it could not find out whether the name exists. It says so at once.
 *
 * The app may retry: often the next answer is right. The name itself may be in perfect order.
 *
 * - `name`: the host name that the resolver fails for.
 * - Answer: RCODE 2 (SERVFAIL), 0 records, for every type.
 * - Seen: `EAI_AGAIN`, syscall `getaddrinfo`, no error of its own for "failed" (`ESERVFAIL`, `queryA` in the portable
 *   world); curl exit 6.
 * - Source: RFC 1035 §4.1.1; RFC 8914 §1 (why it says so little).
 */
export const servfail = fault({
  step: 'dns',
  name: 'servfail',
  summary: ({ name }) => `servfail ${name}`,
  parameters: { name: hostName({ default: 'api.example.test' }) },
  plan: ({ name }) => ({
    point: 'dns',
    rules: [{ match: { name }, verdict: { kind: 'answer', rcode: 'SERVFAIL' } }],
  }),
})
