import { fault } from '../language/fault.ts'

/**
 * The body says that it is JSON and is none: it ends in the middle of a list.
 *
 * The API decided well; the gateway spoilt what it wrote. Length and status are right, so only a parser notices.
 *
 * - Seen: `SyntaxError` in the app that parses; 200 by clients that only print.
 * - Source: RFC 8259 §2 (JSON Grammar).
 */
export const invalidJson = fault({
  step: 'response',
  name: 'invalid-json',
  summary: () => 'invalid-json: the body ends in the middle of a list',
  parameters: {},
  plan: () => ({
    point: 'gateway',
    rules: [{ match: {}, verdict: { kind: 'alter', body: '{"users":[{"id":1,"name":"Ada' } }],
  }),
})
