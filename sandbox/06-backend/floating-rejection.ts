import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'
import { shopPaths } from '../machines/api/shop/shop-routes.ts'

/**
 * The route starts something that it does not wait for, and that fails: a promise without `await` rejects. Node ends
 * the process, with every request that is in flight. Healing starts another one, as a supervisor would.
 *
 * The app sees a 502 of the gateway. Whether the work was done it cannot know.
 *
 * - `route`: the route that does so, as the API names it.
 * - Seen: status 502, body `{"error":"bad_gateway"}`; the process ended with exit code 1.
 * - Source: Node.js, `--unhandled-rejections=throw`, its default since version 15; RFC 9110 §15.6.3.
 */
export const floatingRejection = fault({
  step: 'backend',
  name: 'floating-rejection',
  summary: ({ route }) => `floating-rejection in ${route}`,
  parameters: {
    route: oneOf(shopPaths, { default: '/users' }),
  },
  plan: ({ route }) => ({ point: 'api', rules: [{ match: { path: route }, verdict: { kind: 'float' } }] }),
})
