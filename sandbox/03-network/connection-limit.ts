import { fault } from '../language/fault.ts'
import { oneOf, wholeNumber } from '../language/parameters.ts'

/**
 * So many connections are open already that a further one is turned away.
 *
 * The app should keep few connections and reuse them, and retry with a growing pause.
 *
 * - State: other users really hold `connections` connections to the port, all that it allows.
 * - `by`: how a further one is turned away: `reset`, `cut` (FIN) or `silence`.
 * - Seen: as an early RST, an early FIN, or a connection that stays silent.
 * - Source: haproxy (maxconn), nginx (limit_conn), iptables-extensions(8) (connlimit).
 */
export const connectionLimit = fault({
  step: 'network',
  name: 'connection-limit',
  summary: ({ connections, by }) => `connection-limit ${connections}, further ones: ${by}`,
  parameters: {
    connections: wholeNumber({ default: 8, min: 1, max: 200 }),
    by: oneOf(['reset', 'cut', 'silence'], { default: 'cut' }),
  },
  plan: ({ connections, by }) => ({
    point: 'front-wire',
    state: { kind: 'full', connections, strike: by },
  }),
})
