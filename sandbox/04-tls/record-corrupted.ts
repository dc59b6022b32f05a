import { fault } from '../language/fault.ts'

/**
 * One bit of the server's encrypted answer is flipped on its way. TCP's checksum did not notice; TLS does.
 *
 * A broken router or memory module. Retrying may well help, and every failure of this kind is worth a report.
 *
 * - Seen: `TypeError: fetch failed`, cause `ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC`; https.request `EPROTO`;
 *   curl exit 35.
 * - Source: RFC 8446 §5.2 (bad_record_mac).
 */
export const recordCorrupted = fault({
  step: 'tls',
  name: 'record-corrupted',
  summary: () => 'record-corrupted: one bit of the encrypted handshake',
  parameters: {},
  plan: () => ({ point: 'tls', rules: [{ match: {}, verdict: { kind: 'corrupt' } }] }),
})
