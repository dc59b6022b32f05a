import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'
import { shopPaths } from '../machines/api/shop/shop-routes.ts'

/**
 * The route never answers: it waits for a promise that is never settled. Everything else is served.
 *
 * The app should have a time limit of its own.
 *
 * - `route`: the route that hangs, as the API names it.
 * - Seen: the client's own time limit, else 504 by the gateway after 10 s.
 * - Source: RFC 9110 §15.6.5 (504 Gateway Timeout).
 */
export const hang = fault({
  step: 'backend',
  name: 'hang',
  summary: ({ route }) => `hang in ${route}`,
  parameters: {
    route: oneOf(shopPaths, { default: '/users' }),
  },
  plan: ({ route }) => ({ point: 'api', rules: [{ match: { path: route }, verdict: { kind: 'hang' } }] }),
})
