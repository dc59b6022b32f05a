import { fault } from '../language/fault.ts'

/**
 * Postgres stands still: all of its processes are stopped (SIGSTOP), as when its machine is paused. The API's sessions
 * were ended before, so it needs new ones; the kernel accepts the connections, and no login is answered.
 *
 * No limit of Postgres's own acts any more, statement_timeout neither: only the API's own ends the wait.
 *
 * - Seen: status 503, body `{"error":"database_unavailable"}`, after the API's limit for a connection: 1 s.
 * - Source: signal(7), SIGSTOP; PostgreSQL, 19.11 (statement_timeout).
 */
export const frozen = fault({
  step: 'database',
  name: 'frozen',
  summary: () => 'frozen: every process of Postgres is stopped',
  parameters: {},
  needs: ['superuser', 'process'],
  plan: () => ({ point: 'database', state: { kind: 'frozen' } }),
})
