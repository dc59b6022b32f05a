import { fault } from '../language/fault.ts'

/**
 * The certificate was revoked: its key was stolen. It stands in its authority's list (CRL), and the server staples
 * the authority's word on that.
 *
 * Node, curl and Python do not ask about revocation unless they are told to, so nothing fails; an app that must
 * know has to ask: with `crl` and `--crlfile` by the list, with `--cert-status` for the staple.
 *
 * - Answer: a good chain and, to a client that asks, an OCSP response: revoked yesterday, keyCompromise.
 * - Seen: 200. Checked by the list `CERT_REVOKED`, curl exit 60; by the staple curl exit 91.
 * - Source: RFC 5280 §5 (CRL); RFC 6960 (OCSP); RFC 6066 §8 (stapling).
 */
export const revoked = fault({
  step: 'tls',
  name: 'revoked',
  summary: () => 'revoked: the list says so, and the stapled OCSP response',
  parameters: {},
  plan: () => ({ point: 'tls', state: { kind: 'certificate', recipe: { leaf: { revoked: true } } } }),
})
