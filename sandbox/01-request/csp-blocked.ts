import { fault } from '../language/fault.ts'

/**
 * The page's own Content-Security-Policy does not name the API among those that it may connect to.
 *
 * Nothing leaves the browser. The cure is in the header of the page, not in the API.
 *
 * - Changed: the page comes with `connect-src 'self'`.
 * - Seen: `TypeError: Failed to fetch`, and the reason only on the console.
 * - Source: Content Security Policy Level 3, §6.1.2 (connect-src).
 */
export const cspBlocked = fault({
  step: 'request',
  name: 'csp-blocked',
  summary: () => "csp-blocked: the page's policy is connect-src 'self'",
  parameters: {},
  worlds: ['sealed'],
  plan: () => ({ point: 'client', state: { kind: 'page', policy: "connect-src 'self'" } }),
})
