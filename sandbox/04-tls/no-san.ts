import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

/**
 * The certificate has no subject alternative name, as home-made ones often have not.
 *
 * What clients make of the common name instead is not the same everywhere: Node, curl and Python still read it
 * where there is nothing else; browsers have not since 2017.
 *
 * - `commonName`: `none`, or `host`: the host stands in the subject only.
 * - Seen: `TypeError: fetch failed`, cause `ERR_TLS_CERT_ALTNAME_INVALID`; curl exit 60; with `host` all is well.
 * - Source: RFC 2818 §3.1 (common name as a last resort); RFC 9525 §2 (no longer).
 */
export const noSan = fault({
  step: 'tls',
  name: 'no-san',
  summary: ({ commonName }) =>
    `no-san, ${commonName === 'host' ? 'the host as common name only' : 'no name at all'}`,
  parameters: { commonName: oneOf(['none', 'host'], { default: 'none' }) },
  plan: ({ commonName }) => ({
    point: 'tls',
    state: {
      kind: 'certificate',
      recipe: { leaf: { names: [], commonName: commonName === 'host' ? 'api.example.test' : null } },
    },
  }),
})
