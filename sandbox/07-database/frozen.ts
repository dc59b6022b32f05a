import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'
import { shopTables } from '../machines/database/shop.ts'

/**
 * Postgres stands still (SIGSTOP), as when its machine is paused, or its disk does not answer. The kernel goes on
 * accepting connections for it.
 *
 * No limit of Postgres's own acts any more, statement_timeout neither: only the API's own ends the wait.
 *
 * - `what`: `server`: all of its processes. The API's sessions were ended before, so that it needs new ones, and no
 *   login is answered. `session`: the process of each session that reads the table, in the middle of its statement.
 * - `table`: the table that is read.
 * - Seen: server: status 503, body `{"error":"database_unavailable"}`, after the API's limit for a connection: 1 s.
 *   Session: status 504, body `{"error":"database_timeout"}`, after its limit for an answer: 1.5 s.
 * - Source: signal(7), SIGSTOP; PostgreSQL, 19.11 (statement_timeout).
 */
export const frozen = fault({
  step: 'database',
  name: 'frozen',
  summary: ({ table, what }) => `frozen ${what === 'server' ? what : `sessions that read ${table}`}`,
  parameters: {
    what: oneOf(['server', 'session'], { default: 'server' }),
    table: oneOf(shopTables, { default: 'users' }),
  },
  idle: ({ what }) => (what === 'server' ? { table: 'where what is "server"' } : {}),
  needs: ['superuser', 'process'],
  plan: ({ table, what }) => ({
    point: 'database',
    state: what === 'server' ? { kind: 'frozen' } : { kind: 'backend-stopped', table },
  }),
})
