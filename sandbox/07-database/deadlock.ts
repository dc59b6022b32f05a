import { fault } from '../language/fault.ts'
import { wholeNumber } from '../language/parameters.ts'

/**
 * Two transactions wait for each other: Postgres ends one of them, the order's.
 *
 * Nothing of it was kept, so the API may try the whole transaction again at once. Locks taken in one order help.
 *
 * - `productId`, `userId`: of the order that is placed.
 * - Seen: status 500, body `{"error":"internal_error"}`; the API saw SQLSTATE 40P01.
 * - Source: PostgreSQL, Appendix A (40P01 deadlock_detected); PostgreSQL, 13.3.4 Deadlocks.
 */
export const deadlock = fault({
  step: 'database',
  name: 'deadlock',
  summary: ({ productId, userId }) => `deadlock over product ${productId} and user ${userId}`,
  parameters: {
    productId: wholeNumber({ default: 2, min: 1, max: 2_147_483_647 }),
    userId: wholeNumber({ default: 1, min: 1, max: 2_147_483_647 }),
  },
  needs: ['superuser'],
  plan: (rows) => ({ point: 'database', state: { kind: 'deadlock', ...rows } }),
})
