import { fault } from '../language/fault.ts'

/**
 * The server does not know the host that the client names in its ClientHello (SNI), and says so.
 *
 * The name leads to the wrong server, or the server was not told of this host. Retrying does not help.
 *
 * - Answer: fatal alert 112, `unrecognized_name`.
 * - Seen: `TypeError: fetch failed`, cause `ERR_SSL_TLSV1_UNRECOGNIZED_NAME`; https.request `EPROTO`; curl exit 35.
 * - Source: RFC 6066 §3.
 */
export const unrecognizedName = fault({
  step: 'tls',
  name: 'unrecognized-name',
  summary: () => 'unrecognized-name: the server knows no such host',
  parameters: {},
  plan: () => ({
    point: 'tls',
    rules: [{ match: {}, verdict: { kind: 'alert', level: 'fatal', description: 'unrecognized_name' } }],
  }),
})
