import { counted, fault } from '../language/fault.ts'
import { oneOf, wholeNumber } from '../language/parameters.ts'

/**
 * The server's certificate was exchanged for an expired one, and an app that was connected before never sees it.
 *
 * A certificate is looked at in a full handshake only. A resumed session, or a kept connection, does without: the
 * app goes on until it is restarted, and then "the deployment broke it".
 *
 * - `daysAgo`: how many days ago the new certificate ended.
 * - `unseenBy`: calls that make a new connection and resume the TLS session of an earlier one (`resumed-session`),
 *   or that go over a connection that was open before (`kept-connection`).
 * - Seen: 200; with a full handshake `CERT_HAS_EXPIRED`.
 * - Source: RFC 8446 §2.2 (resumption shows no certificate); RFC 9112 §9.3 (persistent connections).
 */
export const resumptionHidesChange = fault({
  step: 'tls',
  name: 'resumption-hides-change',
  summary: ({ daysAgo, unseenBy }) =>
    `resumption-hides-change: a certificate that ended ${counted(daysAgo, 'day')} ago, unseen by a ${unseenBy.replace('-', ' ')}`,
  parameters: {
    daysAgo: wholeNumber({ default: 30, min: 1, max: 3_650 }),
    unseenBy: oneOf(['resumed-session', 'kept-connection'], { default: 'resumed-session' }),
  },
  plan: ({ daysAgo, unseenBy }) => ({
    point: 'tls',
    state: {
      kind: 'certificate',
      recipe: { leaf: { notAfterDays: -daysAgo } },
      metBy: unseenBy === 'resumed-session' ? 'resumed-sessions' : 'open-connections',
    },
  }),
})
