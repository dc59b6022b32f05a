import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

/**
 * The app calls with another method than the API has for this path.
 *
 * The API answers, and refuses. A retry gives the same.
 *
 * - `method`: what is sent. `patch` in lower case is another method than `PATCH`: `fetch` sends it as it is.
 * - Seen: status 404 or 405, or 400 where the method does not exist.
 * - Source: RFC 9110 §9.1 (methods are case-sensitive); Fetch Standard, normalize a method.
 */
export const wrongMethod = fault({
  step: 'request',
  name: 'wrong-method',
  summary: ({ method }) => `wrong-method ${method}`,
  parameters: { method: oneOf(['PUT', 'DELETE', 'PATCH', 'patch', 'GTE'], { default: 'PUT' }) },
  plan: ({ method }) => ({ point: 'client', state: { kind: 'method', method } }),
})
