import { fault } from '../language/fault.ts'
import { milliseconds, oneOf } from '../language/parameters.ts'
import { shopTables } from '../machines/database/shop.ts'

/**
 * Every statement that reads the table sleeps inside Postgres first.
 *
 * The part with the shortest limit ends it: here the API's statement_timeout of 1 s.
 *
 * - `table`: the table that is slow to read.
 * - `sleepMs`: how long each statement sleeps.
 * - Seen: status 504, body `{"error":"database_timeout"}`; the API saw SQLSTATE 57014.
 * - Source: PostgreSQL, Appendix A (57014 query_canceled); statement_timeout.
 */
export const slowQuery = fault({
  step: 'database',
  name: 'slow-query',
  summary: ({ table, sleepMs }) => `slow-query ${table}, ${sleepMs} ms`,
  parameters: {
    table: oneOf(shopTables, { default: 'users' }),
    sleepMs: milliseconds({ default: 5_000, min: 1 }),
  },
  needs: ['sql'],
  plan: ({ table, sleepMs }) => ({ point: 'database', state: { kind: 'slow-table', table, sleepMs } }),
})
