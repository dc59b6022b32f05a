import { fault } from '../language/fault.ts'

/** Version, 32 bytes of no matter, no session, the cipher suite AES128-SHA, no compression; 38 bytes in 42. */
const hello = `\x03\x00${'r'.repeat(32)}\x00\x00\x2f\x00`
const serverHello = `\x16\x03\x00\x00\x2a\x02\x00\x00\x26${hello}`

/**
 * The server answers with a version of TLS that the client did not offer.
 *
 * Client and server share no version: one of them is too old for the other. Here the server picks SSL 3.0, which
 * every client has unlearned.
 *
 * - Answer: a ServerHello of version 3.0.
 * - Seen: `TypeError: fetch failed`, cause `ERR_SSL_UNSUPPORTED_PROTOCOL`; https.request `EPROTO`; curl exit 35.
 * - Source: RFC 8446 §4.1.3, §4.2.1 (the client aborts); RFC 7568 (SSL 3.0 is not to be used).
 */
export const versionMismatch = fault({
  step: 'tls',
  name: 'version-mismatch',
  summary: () => 'version-mismatch: a ServerHello of SSL 3.0',
  parameters: {},
  plan: () => ({ point: 'tls', rules: [{ match: {}, verdict: { kind: 'answer', latin1: serverHello } }] }),
})
