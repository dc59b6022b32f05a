import { counted, fault } from '../language/fault.ts'
import { hostName, wholeNumber } from '../language/parameters.ts'

/**
 * The answer is cut off before even its header is whole.
 *
 * The app cannot repair it: something on the way cuts datagrams.
 *
 * - `name`: the host name with the cut answer.
 * - `bytes`: how many bytes arrive. A header has 12.
 * - Seen: `EAI_AGAIN`, syscall `getaddrinfo` (`EBADRESP`, `queryA` in the portable world).
 * - Source: RFC 1035 §4.1.1 (the header).
 */
export const shortPacket = fault({
  step: 'dns',
  name: 'short-packet',
  summary: ({ name, bytes }) => `answer for ${name} cut to ${counted(bytes, 'byte')}`,
  parameters: {
    name: hostName({ default: 'api.example.test' }),
    bytes: wholeNumber({ default: 3, min: 0, max: 511 }),
  },
  plan: ({ name, bytes }) => ({
    point: 'dns',
    rules: [{ match: { name }, verdict: { kind: 'answer', cutBytes: bytes } }],
  }),
})
