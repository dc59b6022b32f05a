import { fault } from '../language/fault.ts'
import { wholeNumber } from '../language/parameters.ts'

/**
 * The URL has a port on which no API listens; some of them `fetch` refuses to call at all.
 *
 * `fetch` blocks ports of old protocols, so that a page cannot speak to a mail server. Other clients just call.
 *
 * - `port`: the port. 6667 (IRC) is one that `fetch` blocks.
 * - Seen: `TypeError: fetch failed`, "bad port"; by other clients `ECONNREFUSED`.
 * - Source: Fetch Standard, port blocking.
 */
export const badPort = fault({
  step: 'request',
  name: 'bad-port',
  summary: ({ port }) => `bad-port ${port}`,
  parameters: { port: wholeNumber({ default: 6_667, min: 1, max: 65_535, not: 443 }) },
  plan: ({ port }) => ({ point: 'client', state: { kind: 'url', port } }),
})
