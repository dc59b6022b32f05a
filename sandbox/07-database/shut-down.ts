import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

/**
 * Postgres was told to end. Healing starts it again.
 *
 * A pool should drop sessions that have ended, and open others once that is possible again.
 *
 * - `mode`: `smart`: it waits until every session has ended of itself, and lets no other in; one session stays open, so
 *   it waits for ever, and the API has none left. `fast`: it ends all sessions, and is gone. `immediate`: it is gone at
 *   once, and recovers from its log when it is started again.
 * - Seen: status 503, body `{"error":"database_unavailable"}`. Smart: the API saw SQLSTATE 57P03; else it gets no
 *   connection.
 * - Source: PostgreSQL, 18.5 (Shutting Down the Server); Appendix A (57P03 cannot_connect_now).
 */
export const shutDown = fault({
  step: 'database',
  name: 'shut-down',
  summary: ({ mode }) => `shut-down (${mode})`,
  parameters: { mode: oneOf(['smart', 'fast', 'immediate'], { default: 'fast' }) },
  needs: ['superuser', 'process'],
  plan: ({ mode }) => ({ point: 'database', state: { kind: 'shut-down', mode } }),
})
