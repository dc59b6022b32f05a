import { fault } from '../language/fault.ts'

/**
 * The page was opened from an origin that the API does not allow: a second host name, a preview, a new domain.
 *
 * The call is made and answered; the browser keeps the answer from the page. Only the API can allow an origin.
 *
 * - Changed: the page comes from https://www.example.test; the API allows https://app.example.test. A client that
 *   is no browser sends the same `Origin` header.
 * - Seen: `TypeError: Failed to fetch`, and the reason only on the console; 200 by every other client.
 * - Source: Fetch Standard, CORS protocol, CORS check.
 */
export const corsBlocked = fault({
  step: 'request',
  name: 'cors-blocked',
  summary: () => 'cors-blocked: the page comes from https://www.example.test',
  parameters: {},
  worlds: ['sealed'],
  plan: () => ({ point: 'client', state: { kind: 'page', host: 'www.example.test' } }),
})
