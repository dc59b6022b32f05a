import { fault } from '../language/fault.ts'
import { hostName } from '../language/parameters.ts'

/**
 * The certificate is for another host. Chain and dates are fine.
 *
 * The app asked for one name and was shown another: retrying does not help, and the name is never skipped.
 *
 * - `name`: the host that the certificate is for.
 * - Seen: `TypeError: fetch failed`, cause `ERR_TLS_CERT_ALTNAME_INVALID`; curl exit 60.
 * - Source: RFC 9110 §4.3.4 (https: which certificate fits); RFC 9525 §6 (matching names).
 */
export const wrongHost = fault({
  step: 'tls',
  name: 'wrong-host',
  summary: ({ name }) => `wrong-host: a certificate for ${name}`,
  parameters: { name: hostName({ default: 'other.example.test', not: 'api.example.test' }) },
  plan: ({ name }) => ({ point: 'tls', state: { kind: 'certificate', recipe: { leaf: { names: [name] } } } }),
})
