import { fault } from '../language/fault.ts'

/**
 * The app sends the same call twice: a double click, an effect that runs twice.
 *
 * Both are processed. A disabled button helps; an idempotency key on the server is the cure.
 *
 * - Changed: a second, equal call starts before the first is answered.
 * - Seen: no error: two orders.
 * - Source: RFC 9110 §9.2.2 (idempotent methods: POST is none).
 */
export const doubleSubmit = fault({
  step: 'request',
  name: 'double-submit',
  summary: () => 'double-submit: the same call twice',
  parameters: {},
  plan: () => ({ point: 'client', state: { kind: 'misuse', how: 'twice' } }),
})
