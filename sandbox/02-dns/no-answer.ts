import { fault } from '../language/fault.ts'
import { hostName } from '../language/parameters.ts'

/**
 * The resolver never answers: questions arrive and nothing comes back, as behind a firewall that drops them.
 *
 * The app waits as long as the operating system asks: 10 s by Linux's defaults, 2 s in the sealed world, which has
 * `options timeout:1 attempts:2`. No limit inside the app shortens the look-up itself.
 *
 * - `name`: the host name that gets no answer.
 * - Answer: none, for every type.
 * - Seen: `EAI_AGAIN`, syscall `getaddrinfo`, as for SERVFAIL but late (`ETIMEOUT`, `queryA` in the portable world).
 * - Source: resolv.conf(5), options timeout and attempts.
 */
export const noAnswer = fault({
  step: 'dns',
  name: 'no-answer',
  summary: ({ name }) => `no answer for ${name}`,
  parameters: { name: hostName({ default: 'api.example.test' }) },
  plan: ({ name }) => ({ point: 'dns', rules: [{ match: { name }, verdict: { kind: 'drop' } }] }),
})
