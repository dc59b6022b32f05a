import { fault } from '../language/fault.ts'

/**
 * The first process of Postgres gets SIGKILL. The others notice, and end; nothing listens any more. Healing starts it
 * again, and it recovers from its log.
 *
 * What was committed is kept; sequences skip up to 32 values. Until it is back the app can only say so.
 *
 * - Seen: status 503, body `{"error":"database_unavailable"}`; the API gets no connection.
 * - Source: signal(7), SIGKILL; PostgreSQL, 18.5 (Shutting Down the Server).
 */
export const postmasterKilled = fault({
  step: 'database',
  name: 'postmaster-killed',
  summary: () => 'postmaster-killed: Postgres is gone',
  parameters: {},
  needs: ['process'],
  plan: () => ({ point: 'database', state: { kind: 'postmaster-killed' } }),
})
