import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

/**
 * The URL has a scheme that the client does not speak: a typing mistake, or another protocol's URL.
 *
 * Nothing leaves the app.
 *
 * - `scheme`: the scheme.
 * - Seen: `TypeError: fetch failed`, "unknown scheme"; `ERR_INVALID_PROTOCOL`; curl exit 1.
 * - Source: Fetch Standard, scheme fetch; RFC 3986 §3.1.
 */
export const unsupportedScheme = fault({
  step: 'request',
  name: 'unsupported-scheme',
  summary: ({ scheme }) => `unsupported-scheme ${scheme}://`,
  parameters: { scheme: oneOf(['htps', 'httpss', 'redis'], { default: 'htps' }) },
  plan: ({ scheme }) => ({ point: 'client', state: { kind: 'url', scheme } }),
})
