import { fault } from '../language/fault.ts'
import { wholeNumber } from '../language/parameters.ts'

/**
 * The gateway takes no more requests from this client for a while. The API never hears of them.
 *
 * The app should wait as long as it is told to, then try again. Trying at once makes it worse.
 *
 * - `retryAfterSeconds`: what the `Retry-After` header says, in seconds.
 * - Seen: status 429, body `{"error":"too_many_requests"}`.
 * - Source: RFC 6585 §4; RFC 9110 §10.2.3 (Retry-After).
 */
export const tooManyRequests = fault({
  step: 'server',
  name: 'too-many-requests',
  summary: ({ retryAfterSeconds }) => `too-many-requests, Retry-After: ${retryAfterSeconds}`,
  parameters: { retryAfterSeconds: wholeNumber({ default: 2, min: 1, max: 3_600 }) },
  plan: ({ retryAfterSeconds }) => ({
    point: 'gateway',
    rules: [
      {
        match: {},
        verdict: {
          kind: 'respond',
          status: 429,
          headers: {
            'Content-Type': 'application/json; charset=utf-8',
            'Retry-After': String(retryAfterSeconds),
          },
          body: '{"error":"too_many_requests"}',
        },
      },
    ],
  }),
})
