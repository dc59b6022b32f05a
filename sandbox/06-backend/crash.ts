import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'
import { shopPaths } from '../machines/api/shop/shop-routes.ts'

/**
 * The API's process ends in the middle of a request. Healing starts another one, as a supervisor would.
 *
 * The app sees a 502 of the gateway. Whether the work was done it cannot know.
 *
 * - `route`: the route in which it ends, as the API names it.
 * - `how`: `exit`: the process ends itself with code 1; `kill`: SIGKILL, as by the kernel when memory runs out.
 * - Seen: status 502, body `{"error":"bad_gateway"}`.
 * - Source: RFC 9110 §15.6.3 (502 Bad Gateway); signal(7).
 */
export const crash = fault({
  step: 'backend',
  name: 'crash',
  summary: ({ how, route }) => `crash (${how}) in ${route}`,
  parameters: {
    route: oneOf(shopPaths, { default: '/users' }),
    how: oneOf(['exit', 'kill'], { default: 'exit' }),
  },
  plan: ({ how, route }) => ({
    point: 'api',
    rules: [
      { match: { path: route }, verdict: how === 'kill' ? { kind: 'kill' } : { kind: 'exit', code: 1 } },
    ],
  }),
})
