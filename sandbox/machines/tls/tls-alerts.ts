/** Alert descriptions: RFC 8446 §6, and those of RFC 5246 §7.2 that clients still know. These end a handshake. */
const fatal = {
  unexpected_message: 10,
  bad_record_mac: 20,
  record_overflow: 22,
  handshake_failure: 40,
  bad_certificate: 42,
  unsupported_certificate: 43,
  certificate_revoked: 44,
  certificate_expired: 45,
  certificate_unknown: 46,
  illegal_parameter: 47,
  unknown_ca: 48,
  access_denied: 49,
  decode_error: 50,
  decrypt_error: 51,
  protocol_version: 70,
  insufficient_security: 71,
  internal_error: 80,
  inappropriate_fallback: 86,
  missing_extension: 109,
  unsupported_extension: 110,
  unrecognized_name: 112,
  bad_certificate_status_response: 113,
  unknown_psk_identity: 115,
  certificate_required: 116,
  no_application_protocol: 120,
} as const

/** These only tell. */
const warnings = { close_notify: 0, user_canceled: 90, no_renegotiation: 100 } as const

const alertDescriptions = { ...fatal, ...warnings }

export type AlertDescription = keyof typeof alertDescriptions
type FatalDescription = keyof typeof fatal
/** Of what a server can refuse a handshake with, in the order of their numbers. */
export const fatalDescriptions = Object.keys(fatal) as unknown as readonly [
  FatalDescription,
  ...FatalDescription[],
]
export type AlertLevel = 'warning' | 'fatal'

/** An alert as it goes over the wire before anything is encrypted: one record of two bytes. */
export function alertRecord(level: AlertLevel, description: AlertDescription): Buffer {
  return Buffer.of(21, 3, 3, 0, 2, level === 'warning' ? 1 : 2, alertDescriptions[description])
}
