import { fault } from '../language/fault.ts'

/**
 * The app gives the call a signal that was aborted already: a controller used twice, a page that was left.
 *
 * Nothing leaves the app. A controller serves one call; the next needs a new one.
 *
 * - Seen: `AbortError`, at once.
 * - Source: DOM Standard, AbortSignal; Fetch Standard, fetch method (step "if signal is aborted").
 */
export const abortedBeforeSend = fault({
  step: 'request',
  name: 'aborted-before-send',
  summary: () => 'aborted-before-send: the signal was aborted before the call',
  parameters: {},
  plan: () => ({ point: 'client', state: { kind: 'misuse', how: 'aborted' } }),
})
