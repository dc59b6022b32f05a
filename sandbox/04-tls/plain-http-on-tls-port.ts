import { fault } from '../language/fault.ts'

/** What web servers say to bytes that are no request. */
const badRequest = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'

/**
 * The server speaks HTTP without TLS on the port that the app calls with `https:`.
 *
 * The port or the scheme is wrong, or the proxy lost its TLS settings. The app reads the letters of "HTTP" as a
 * TLS version, hence the error's name.
 *
 * - Seen: `TypeError: fetch failed`, cause `ERR_SSL_WRONG_VERSION_NUMBER`; https.request `EPROTO`; curl exit 35.
 * - Source: RFC 8446 §5.1 (what a record begins with).
 */
export const plainHttpOnTlsPort = fault({
  step: 'tls',
  name: 'plain-http-on-tls-port',
  summary: () => 'plain-http-on-tls-port: an HTTP 400 instead of TLS',
  parameters: {},
  plan: () => ({ point: 'tls', rules: [{ match: {}, verdict: { kind: 'answer', latin1: badRequest } }] }),
})
