import { fault } from '../language/fault.ts'
import { wholeNumber } from '../language/parameters.ts'

/**
 * The certificate is so big that clients stop reading: one certificate for every customer's name.
 *
 * The client limits the whole certificate message to 100 KB. The app cannot repair it.
 *
 * - `names`: how many further names it carries, about 25 bytes each.
 * - Seen: `TypeError: fetch failed`, cause `ERR_SSL_EXCESSIVE_MESSAGE_SIZE`; https.request `EPROTO`; curl exit 35.
 * - Source: SSL_CTX_set_max_cert_list(3).
 */
export const hugeCertificate = fault({
  step: 'tls',
  name: 'huge-certificate',
  summary: ({ names }) => `huge-certificate: ${names} further names`,
  parameters: { names: wholeNumber({ default: 10_000, min: 5_000, max: 20_000 }) },
  plan: ({ names }) => ({
    point: 'tls',
    state: { kind: 'certificate', recipe: { leaf: { furtherNames: names } } },
  }),
})
