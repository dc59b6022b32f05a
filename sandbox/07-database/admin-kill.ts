import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'
import { shopTables } from '../machines/database/shop.ts'

/**
 * Every session that reads the table is terminated in the middle of its statement, as by an administrator. All others
 * stay.
 *
 * The API may send a statement that only reads again, on another session. What a transaction had done is gone.
 *
 * - `table`: the table that is read.
 * - Seen: status 503, body `{"error":"database_unavailable"}`; the API saw SQLSTATE 57P01, and then the session's end.
 * - Source: PostgreSQL, Appendix A (57P01 admin_shutdown); PostgreSQL, 9.28.2 (pg_terminate_backend).
 */
export const adminKill = fault({
  step: 'database',
  name: 'admin-kill',
  summary: ({ table }) => `admin-kill of sessions that read ${table}`,
  parameters: { table: oneOf(shopTables, { default: 'users' }) },
  needs: ['superuser'],
  plan: ({ table }) => ({ point: 'database', state: { kind: 'session-terminated', table } }),
})
