import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'
import type { AlertDescription } from '../machines/tls/tls-alerts.ts'

const descriptions = [
  'unexpected_message',
  'bad_record_mac',
  'record_overflow',
  'handshake_failure',
  'bad_certificate',
  'unsupported_certificate',
  'certificate_revoked',
  'certificate_expired',
  'certificate_unknown',
  'illegal_parameter',
  'unknown_ca',
  'access_denied',
  'decode_error',
  'decrypt_error',
  'protocol_version',
  'insufficient_security',
  'internal_error',
  'inappropriate_fallback',
  'missing_extension',
  'unsupported_extension',
  'unrecognized_name',
  'bad_certificate_status_response',
  'unknown_psk_identity',
  'certificate_required',
  'no_application_protocol',
] as const satisfies readonly AlertDescription[]

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
  parameters: { description: oneOf(descriptions, { default: 'internal_error' }) },
  plan: ({ description }) => ({
    point: 'tls',
    rules: [{ match: {}, verdict: { kind: 'alert', level: 'fatal', description } }],
  }),
})
