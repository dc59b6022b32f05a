import { fault } from '../language/fault.ts'
import { hostName } from '../language/parameters.ts'

/**
 * The answer repeats another question than the one that was asked.
 *
 * The client ignores it, as it must, and goes on waiting for the right one, which never comes.
 *
 * - `name`: the host name that was asked for.
 * - `question`: the one in the answer's question section.
 * - Answer: the right id, the wrong question.
 * - Seen: as for no answer at all: `EAI_AGAIN`, late (`ETIMEOUT`, `queryA` in the portable world).
 * - Source: RFC 5452 §9.1.
 */
export const wrongQuestion = fault({
  step: 'dns',
  name: 'wrong-question',
  summary: ({ name, question }) => `answer for ${name} says it is for ${question}`,
  parameters: {
    name: hostName({ default: 'api.example.test' }),
    question: hostName({ default: 'other.example.test' }),
  },
  plan: ({ name, question }) => ({
    point: 'dns',
    rules: [{ match: { name }, verdict: { kind: 'answer', question } }],
  }),
})
