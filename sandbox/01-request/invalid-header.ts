import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

/**
 * A header's value has a character that HTTP does not allow: a line break, or one outside Latin-1.
 *
 * A token read from a file with its line break, a name with an emoji. Nothing leaves the app.
 *
 * - `character`: `line-break` or `euro` (U+20AC).
 * - Seen: `TypeError` from `fetch`, `ERR_INVALID_CHAR` from Node, `ValueError` from Python.
 * - Source: RFC 9110 §5.5 (field values); RFC 9112 §11.1 (response splitting, its reason).
 */
export const invalidHeader = fault({
  step: 'request',
  name: 'invalid-header',
  summary: ({ character }) => `invalid-header: ${character} in x-user`,
  parameters: { character: oneOf(['line-break', 'euro'], { default: 'line-break' }) },
  plan: ({ character }) => ({
    point: 'client',
    state: {
      kind: 'header',
      name: 'x-user',
      value: character === 'euro' ? 'costs 5 €' : 'ada\nx-admin: yes',
    },
  }),
})
