import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'
import { shopPaths } from '../machines/api/shop/shop-routes.ts'

/**
 * The route's code throws: it reads a field of a row that is not there.
 *
 * The app sees an honest 500. The reason stands only in the server's own log.
 *
 * - `route`: the route that throws, as the API names it.
 * - Seen: status 500, body `{"error":"internal_error"}`.
 * - Source: RFC 9110 §15.6.1.
 */
export const throws = fault({
  step: 'backend',
  name: 'throws',
  summary: ({ route }) => `throws in ${route}`,
  parameters: {
    route: oneOf(shopPaths, { default: '/users' }),
  },
  plan: ({ route }) => ({
    point: 'api',
    rules: [{ match: { path: route }, verdict: { kind: 'throw' } }],
  }),
})
