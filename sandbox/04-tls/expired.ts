import { counted, fault } from '../language/fault.ts'
import { oneOf, wholeNumber } from '../language/parameters.ts'

/** How long a certificate that has ended was valid before. */
const validDays = 90

/**
 * A certificate of the chain has expired. The connection is made, then the client ends it.
 *
 * The app cannot repair it. Turning verification off would hide it, and every attacker with it.
 *
 * - `which`: the certificate that expired: `leaf`, `intermediate` or `root`.
 * - `daysAgo`: how many days ago it ended. The root is one that clients keep in their stores: it ended 30 days ago.
 * - Seen: `TypeError: fetch failed`, cause `CERT_HAS_EXPIRED`; the server saw a closed connection.
 * - Source: RFC 5280 §4.1.2.5 (validity), §6.1.3 (path validation).
 */
export const expired = fault({
  step: 'tls',
  name: 'expired',
  summary: ({ which, daysAgo }) =>
    `expired ${which}, ended ${counted(which === 'root' ? 30 : daysAgo, 'day')} ago`,
  parameters: {
    which: oneOf(['leaf', 'intermediate', 'root'], { default: 'leaf' }),
    daysAgo: wholeNumber({ default: 30, min: 1, max: 3_650 }),
  },
  idle: ({ which }) => (which === 'root' ? { daysAgo: 'where which is "root"' } : {}),
  plan: ({ which, daysAgo }) => {
    const ended = { notBeforeDays: -daysAgo - validDays, notAfterDays: -daysAgo }
    const recipes = {
      leaf: { leaf: ended },
      intermediate: { intermediate: ended },
      root: { root: 'retired' },
    } as const
    return { point: 'tls', state: { kind: 'certificate', recipe: recipes[which] } }
  },
})
