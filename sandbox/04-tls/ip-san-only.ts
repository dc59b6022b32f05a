import { fault } from '../language/fault.ts'

/**
 * The certificate names an IP address and no host. It is fine for `https://127.0.0.1`, and for no name that
 * leads there.
 *
 * The app must call by the address, or the certificate needs the host's name.
 *
 * - Seen: `TypeError: fetch failed`, cause `ERR_TLS_CERT_ALTNAME_INVALID`; curl exit 60.
 * - Source: RFC 5280 §4.2.1.6 (iPAddress); RFC 9525 §6 (a name is matched with names only).
 */
export const ipSanOnly = fault({
  step: 'tls',
  name: 'ip-san-only',
  summary: () => 'ip-san-only: a certificate for 127.0.0.1, no host',
  parameters: {},
  plan: () => ({
    point: 'tls',
    state: { kind: 'certificate', recipe: { leaf: { names: [], ips: ['127.0.0.1'] } } },
  }),
})
