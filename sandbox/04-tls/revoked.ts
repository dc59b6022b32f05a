import { fault } from '../fault.ts'

/**
 * The certificate was revoked: its key was stolen. The server even staples its authority's word on that.
 *
 * Node, curl and Python do not ask about revocation unless they are told to, so nothing fails; an app that must
 * know has to ask: `--cert-status`, `requestOCSP`, `crl`.
 *
 * - Answer: a good chain and, to whoever asks, an OCSP response: revoked yesterday, keyCompromise.
 * - Seen: 200. `curl --cert-status` exits 91.
 * - Source: RFC 6960 (OCSP); RFC 6066 §8 (stapling).
 */
export const revoked = fault({
  step: 'tls',
  name: 'revoked',
  summary: () => 'revoked: the stapled OCSP response says so',
  parameters: {},
  plan: () => ({ point: 'tls', state: { kind: 'certificate', recipe: { leaf: { revoked: true } } } }),
})
