import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

/**
 * A certificate carries an extension that the client does not know and that is marked critical.
 *
 * Critical means: a client that does not understand this must refuse. The app cannot repair it.
 *
 * - `which`: the certificate that carries it: `leaf` or `intermediate`.
 * - Seen: `TypeError: fetch failed`, cause `UNSPECIFIED`, so only its message tells: "unhandled critical
 *   extension"; curl exit 60.
 * - Source: RFC 5280 §4.2, §6.1.4 (o), §6.1.5 (f).
 */
export const unknownCriticalExtension = fault({
  step: 'tls',
  name: 'unknown-critical-extension',
  summary: ({ which }) => `unknown-critical-extension in the ${which}`,
  parameters: { which: oneOf(['leaf', 'intermediate'], { default: 'leaf' }) },
  plan: ({ which }) => ({
    point: 'tls',
    state: { kind: 'certificate', recipe: { [which]: { unknownCriticalExtension: true } } },
  }),
})
