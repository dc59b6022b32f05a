import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'
import { shopTables } from '../machines/database/shop.ts'

/**
 * The server process of every session that reads the table gets SIGKILL in the middle of its statement, as from the
 * kernel when memory runs out. Postgres cannot know what it left in shared memory, so it ends all other sessions too,
 * and recovers from its log; meanwhile it refuses logins (57P03).
 *
 * What was committed is kept; sequences skip up to 32 values. An app that tries again a second later is served.
 *
 * - `table`: the table that is read.
 * - Seen: status 503, body `{"error":"database_unavailable"}`; the API's session ends without an SQLSTATE.
 * - Source: PostgreSQL, 28.3 (WAL) and 18.4.4 (Linux Memory Overcommit); restart_after_crash.
 */
export const backendCrash = fault({
  step: 'database',
  name: 'backend-crash',
  summary: ({ table }) => `backend-crash in statements that read ${table}`,
  parameters: { table: oneOf(shopTables, { default: 'users' }) },
  needs: ['superuser', 'process', 'files'],
  plan: ({ table }) => ({ point: 'database', state: { kind: 'backend-killed', table } }),
})
