import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'
import { shopPaths } from '../machines/api/shop/shop-routes.ts'

/**
 * The API's process gets SIGTERM while a request is in flight, as at every deployment. Healing starts another one.
 *
 * Served or not, the next call gets a 502, unless whoever sends the signal has told the gateway before.
 *
 * - `route`: the route that is in flight, as the API names it.
 * - `inFlight`: `finish`: the process stops listening, serves what is in flight, and ends. `drop`: it has no handler for
 *   the signal, as Node has none of its own, and ends in the middle.
 * - Seen: finish: status 200, and 502 from then on. Drop: status 502, body `{"error":"bad_gateway"}`.
 * - Source: signal(7), SIGTERM; Node.js, `server.close()`.
 */
export const gracefulShutdown = fault({
  step: 'backend',
  name: 'graceful-shutdown',
  summary: ({ inFlight, route }) => `graceful-shutdown while ${route} is in flight (${inFlight})`,
  parameters: {
    route: oneOf(shopPaths, { default: '/users' }),
    inFlight: oneOf(['finish', 'drop'], { default: 'finish' }),
  },
  plan: ({ inFlight, route }) => ({
    point: 'api',
    rules: [{ match: { path: route }, verdict: { kind: 'shut-down', inFlight } }],
  }),
})
