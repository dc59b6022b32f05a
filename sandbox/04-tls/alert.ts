import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'
import { fatalDescriptions } from '../machines/tls/tls-alerts.ts'

/**
 * The server refuses the handshake and says why in one word, an alert.
 *
 * A front server with no certificate for the host says `internal_error`. Whether retrying helps depends on the word.
 *
 * - `description`: the fatal alert, by its name in the RFC.
 * - Seen: `TypeError: fetch failed`, cause `ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR` and its like; https.request `EPROTO`
 *   with the same words in its message; curl exit 35.
 * - Source: RFC 8446 §6.2.
 */
export const alert = fault({
  step: 'tls',
  name: 'alert',
  summary: ({ description }) => `alert ${description} instead of a ServerHello`,
  parameters: { description: oneOf(fatalDescriptions, { default: 'internal_error' }) },
  plan: ({ description }) => ({
    point: 'tls',
    rules: [{ match: {}, verdict: { kind: 'alert', level: 'fatal', description } }],
  }),
})
