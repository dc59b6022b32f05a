import { fault } from '../language/fault.ts'

/**
 * The app calls http:// from a page that came by https://: an old base URL, a link that was built by hand.
 *
 * Nothing leaves the browser. Other clients call, and their call is readable on its way.
 *
 * - Changed: the scheme of the URL.
 * - Seen: `TypeError: Failed to fetch`, and the reason only on the console; 200 by clients that speak both.
 * - Source: Mixed Content, §4.4 (should fetching request be blocked as mixed content).
 */
export const mixedContent = fault({
  step: 'request',
  name: 'mixed-content',
  summary: () => 'mixed-content: http:// from a page of https://',
  parameters: {},
  worlds: ['sealed'],
  plan: () => ({ point: 'client', state: { kind: 'url', scheme: 'http' } }),
})
