import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

/**
 * The chain is whole, but ends at a root that the client does not trust: a company's own, or a proxy's.
 *
 * The app needs that root in its trust store, and each runtime has its own: NODE_EXTRA_CA_CERTS, CURL_CA_BUNDLE,
 * SSL_CERT_FILE, REQUESTS_CA_BUNDLE.
 *
 * - `root`: whether the server sends the root too. It changes the error, not the trust.
 * - Seen: `TypeError: fetch failed`, cause `SELF_SIGNED_CERT_IN_CHAIN` where it is sent, else
 *   `UNABLE_TO_GET_ISSUER_CERT_LOCALLY`; curl exit 60.
 * - Source: RFC 5280 §6.1.1 (trust anchors); RFC 8446 §4.4.2 (the root may be left out).
 */
export const untrustedRoot = fault({
  step: 'tls',
  name: 'untrusted-root',
  summary: ({ root }) => `untrusted-root, ${root === 'sent' ? 'sent along' : 'not sent'}`,
  parameters: { root: oneOf(['sent', 'not-sent'], { default: 'sent' }) },
  plan: ({ root }) => ({
    point: 'tls',
    state: {
      kind: 'certificate',
      recipe: {
        root: 'unknown',
        send: root === 'sent' ? ['leaf', 'intermediates', 'root'] : ['leaf', 'intermediates'],
      },
    },
  }),
})
