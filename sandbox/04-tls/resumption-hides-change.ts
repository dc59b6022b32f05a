import { fault } from '../fault.ts'
import { wholeNumber } from '../parameters.ts'

/**
 * The server's certificate was exchanged for an expired one, and an app with an open connection never sees it.
 *
 * A certificate is looked at in a full handshake only. A kept connection, or a resumed session, does without: the
 * app goes on until it is restarted, and then "the deployment broke it".
 *
 * - `daysAgo`: how many days ago the new certificate ended.
 * - Seen: 200 over a warm connection; over a new one `CERT_HAS_EXPIRED`.
 * - Source: RFC 9112 §9.3 (persistent connections); RFC 8446 §2.2 (resumption shows no certificate).
 */
export const resumptionHidesChange = fault({
  step: 'tls',
  name: 'resumption-hides-change',
  summary: ({ daysAgo }) =>
    `resumption-hides-change: a certificate that ended ${daysAgo} days ago, for new connections`,
  parameters: { daysAgo: wholeNumber({ default: 30, min: 1, max: 3_650 }) },
  plan: ({ daysAgo }) => ({
    point: 'tls',
    state: {
      kind: 'certificate',
      recipe: { leaf: { notAfterDays: -daysAgo } },
      metBy: 'open-connections',
    },
  }),
})
