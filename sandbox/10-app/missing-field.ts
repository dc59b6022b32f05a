import { fault } from '../language/fault.ts'

/**
 * The app reads a field that the answer does not have: it was written for another contract.
 *
 * The answer is the one that the API promises. A check of the answer where it comes in tells what is missing.
 *
 * - Changed: the app reads the list under `items`.
 * - Seen: `TypeError: Cannot read properties of undefined (reading 'map')`; nothing by clients that have no app.
 * - Source: ECMA-262, GetValue (a property of undefined); RFC 8259 §4 (names are the producer's choice).
 */
export const missingField = fault({
  step: 'app',
  name: 'missing-field',
  summary: () => 'missing-field: the app reads "items", which no answer has',
  parameters: {},
  plan: () => ({ point: 'client', state: { kind: 'reads', field: 'items' } }),
})
