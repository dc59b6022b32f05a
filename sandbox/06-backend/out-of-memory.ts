import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'
import { shopPaths } from '../machines/api/shop/shop-routes.ts'

/**
 * The route keeps all that it reads until the heap of the API's process is full. Its heap has a limit of 96 MB, so that
 * this takes less than a second; meanwhile nothing is served, and then the process aborts. Healing starts another one.
 *
 * The app sees a 502 of the gateway. Page by page the same data would have fitted.
 *
 * - `route`: the route that does so, as the API names it.
 * - Seen: status 502, body `{"error":"bad_gateway"}`; the process ended with SIGABRT.
 * - Source: V8, "Reached heap limit Allocation failed"; Node.js, `--max-old-space-size`.
 */
export const outOfMemory = fault({
  step: 'backend',
  name: 'out-of-memory',
  summary: ({ route }) => `out-of-memory in ${route}`,
  parameters: {
    route: oneOf(shopPaths, { default: '/users' }),
  },
  plan: ({ route }) => ({
    point: 'api',
    rules: [{ match: { path: route }, verdict: { kind: 'exhaust-memory' } }],
  }),
})
