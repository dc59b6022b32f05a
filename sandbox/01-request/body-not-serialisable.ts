import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

/**
 * The body cannot be turned into JSON: it holds itself, or a number that JSON has no word for.
 *
 * Nothing leaves the app.
 *
 * - `value`: `circular`, or `bigint` (a number of JavaScript; Python's are all like that, and fine).
 * - Seen: `TypeError` of `JSON.stringify`; in Python `ValueError: Circular reference detected`.
 * - Source: ECMA-262, JSON.stringify, SerializeJSONProperty.
 */
export const bodyNotSerialisable = fault({
  step: 'request',
  name: 'body-not-serialisable',
  summary: ({ value }) => `body-not-serialisable: ${value}`,
  parameters: { value: oneOf(['circular', 'bigint'], { default: 'circular' }) },
  plan: ({ value }) => ({ point: 'client', state: { kind: 'misuse', how: `${value}-body` } }),
})
