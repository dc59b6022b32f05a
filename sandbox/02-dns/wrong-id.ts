import { fault } from '../language/fault.ts'
import { hostName } from '../language/parameters.ts'

/**
 * The answer carries another id than the question: what a forger who has to guess sends.
 *
 * The client ignores it, as it must, and goes on waiting for the right one, which never comes.
 *
 * - `name`: the host name that is answered with another id.
 * - Answer: the right one but for its id.
 * - Seen: as for no answer at all: `EAI_AGAIN`, late (`ETIMEOUT`, `queryA` in the portable world). Only dig, or a
 *   packet capture, shows that answers came.
 * - Source: RFC 5452 §9.1.
 */
export const wrongId = fault({
  step: 'dns',
  name: 'wrong-id',
  summary: ({ name }) => `answer for ${name} with another id`,
  parameters: { name: hostName({ default: 'api.example.test' }) },
  plan: ({ name }) => ({
    point: 'dns',
    rules: [{ match: { name }, verdict: { kind: 'answer', wrongId: true } }],
  }),
})
