import { counted, fault } from '../language/fault.ts'
import { oneOf, wholeNumber } from '../language/parameters.ts'

/**
 * A certificate of the chain is not valid yet: it was installed early, or a clock is wrong.
 *
 * The app cannot repair it. Where only some hosts fail, compare their clocks before the certificate.
 *
 * - `which`: the certificate that starts later: `leaf` or `intermediate`.
 * - `daysUntil`: in how many days it starts.
 * - Seen: `TypeError: fetch failed`, cause `CERT_NOT_YET_VALID`; curl exit 60.
 * - Source: RFC 5280 §4.1.2.5 (validity), §6.1.3 (path validation).
 */
export const notYetValid = fault({
  step: 'tls',
  name: 'not-yet-valid',
  summary: ({ which, daysUntil }) => `not-yet-valid ${which}, starts in ${counted(daysUntil, 'day')}`,
  parameters: {
    which: oneOf(['leaf', 'intermediate'], { default: 'leaf' }),
    daysUntil: wholeNumber({ default: 30, min: 1, max: 3_650 }),
  },
  plan: ({ which, daysUntil }) => ({
    point: 'tls',
    state: { kind: 'certificate', recipe: { [which]: { notBeforeDays: daysUntil } } },
  }),
})
