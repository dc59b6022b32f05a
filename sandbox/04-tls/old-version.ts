import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

/**
 * The server speaks only a version of TLS that was retired in 2021.
 *
 * An appliance that is no longer updated. The app's runtime no longer offers that version, and should not be made to.
 *
 * - `tlsVersion`: the one version it speaks.
 * - Seen: `TypeError: fetch failed`, cause `ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION`; https.request `EPROTO`; curl exit 35.
 * - Source: RFC 8996 (TLS 1.0 and 1.1 are not to be used).
 */
export const oldVersion = fault({
  step: 'tls',
  name: 'old-version',
  summary: ({ tlsVersion }) => `old-version: only ${tlsVersion} is spoken`,
  parameters: { tlsVersion: oneOf(['TLSv1', 'TLSv1.1'], { default: 'TLSv1' }) },
  plan: ({ tlsVersion }) => ({
    point: 'tls',
    state: { kind: 'protocol', minVersion: tlsVersion, maxVersion: tlsVersion },
  }),
})
