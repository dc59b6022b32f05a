import { fault } from '../language/fault.ts'
import { wholeNumber } from '../language/parameters.ts'

/**
 * There are more certificates between leaf and root than clients are willing to follow.
 *
 * No real authority does that; a bundle that was joined with itself again and again looks like it.
 *
 * - `intermediates`: how many. OpenSSL follows 100.
 * - Seen: `TypeError: fetch failed`, cause `UNABLE_TO_GET_ISSUER_CERT_LOCALLY`: Node says only that it found no
 *   issuer; curl exit 60 says that the chain is too long.
 * - Source: SSL_CTX_set_verify_depth(3).
 */
export const chainTooLong = fault({
  step: 'tls',
  name: 'chain-too-long',
  summary: ({ intermediates }) => `chain-too-long: ${intermediates} intermediates`,
  parameters: { intermediates: wholeNumber({ default: 120, min: 101, max: 150 }) },
  plan: ({ intermediates }) => ({ point: 'tls', state: { kind: 'certificate', recipe: { intermediates } } }),
})
