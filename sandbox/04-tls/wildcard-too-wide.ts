import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

/**
 * The certificate is for a wildcard that looks as if it covered the host, and does not.
 *
 * `*` stands for one whole label: `*.test` covers `example.test`, not `api.example.test`.
 *
 * - `name`: the wildcard in the certificate: `*.test`, or `*.api.example.test`, which is for names below the host.
 * - Seen: `TypeError: fetch failed`, cause `ERR_TLS_CERT_ALTNAME_INVALID`; curl exit 60.
 * - Source: RFC 9525 §6.3 (a wildcard is one complete label).
 */
export const wildcardTooWide = fault({
  step: 'tls',
  name: 'wildcard-too-wide',
  summary: ({ name }) => `wildcard-too-wide: a certificate for ${name}`,
  parameters: { name: oneOf(['*.test', '*.api.example.test'], { default: '*.test' }) },
  plan: ({ name }) => ({ point: 'tls', state: { kind: 'certificate', recipe: { leaf: { names: [name] } } } }),
})
