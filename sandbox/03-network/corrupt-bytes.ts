import { counted, fault } from '../language/fault.ts'
import { oneOf, wholeNumber } from '../language/parameters.ts'

/**
 * Bytes change on the way: broken memory in a router, a middlebox that rewrites. TCP's checksum does not see it.
 *
 * TLS does: the connection ends. A retry takes a new connection, and perhaps another way.
 *
 * - `from`: the side that sends the bytes that change. `afterBytes`: how many pass first. `bytes`: how many change.
 *   `xor`: 1 to 255, each byte is XORed with it.
 * - Seen: an error of the TLS stack, though the TLS of both sides is sound.
 * - Source: RFC 9293 §3.1 (checksum); RFC 8446 §5.2 (record protection, bad_record_mac).
 */
export const corruptBytes = fault({
  step: 'network',
  name: 'corrupt-bytes',
  summary: ({ from, afterBytes, bytes }) =>
    `corrupt-bytes: ${bytes} from the ${from} after ${counted(afterBytes, 'byte')}`,
  parameters: {
    from: oneOf(['client', 'server'], { default: 'server' }),
    afterBytes: wholeNumber({ default: 1_000 }),
    bytes: wholeNumber({ default: 1, min: 1 }),
    xor: wholeNumber({ default: 255, min: 1, max: 255 }),
  },
  plan: (change) => ({
    point: 'front-wire',
    rules: [{ match: {}, verdict: { kind: 'corrupt', ...change } }],
  }),
})
