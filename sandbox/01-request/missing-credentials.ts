import { fault } from '../language/fault.ts'

/**
 * The app calls without its credentials: not logged in yet, a forgotten header, a cookie not sent along.
 *
 * The API refuses. The app must log in, not retry.
 *
 * - Changed: the `authorization` header of the call is left out. The call needs one.
 * - Seen: status 401 with `WWW-Authenticate`.
 * - Source: RFC 9110 §15.5.2 (401), §11.6.2 (Authorization).
 */
export const missingCredentials = fault({
  step: 'request',
  name: 'missing-credentials',
  summary: () => 'missing-credentials: no authorization header',
  parameters: {},
  plan: () => ({ point: 'client', state: { kind: 'header', name: 'authorization', value: null } }),
})
