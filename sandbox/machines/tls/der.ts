/**
 * The few DER forms (ITU-T X.690) a certificate needs, written over `node:crypto`'s own encodings of keys and
 * signatures. A certificate library would do, but costs the start of every run some 90 ms of import; a chain
 * made with these takes 3 ms. Writing only: certificates are read with `node:crypto`.
 */
type Bytes = Uint8Array

function tagged(tag: number, ...contents: readonly Bytes[]): Buffer {
  const body = Buffer.concat(contents)
  return Buffer.concat([Buffer.of(tag), lengthOf(body), body])
}

function lengthOf(body: Bytes): Buffer {
  if (body.length < 0x80) return Buffer.of(body.length)
  const digits = bigEndian(body.length)
  return Buffer.of(0x80 | digits.length, ...digits)
}

function bigEndian(value: number, bits = 8): number[] {
  const base = 2 ** bits
  const digits = [value % base]
  for (let rest = Math.floor(value / base); rest > 0; rest = Math.floor(rest / base))
    digits.unshift(rest % base)
  return digits
}

export const sequence = (...items: readonly Bytes[]) => tagged(0x30, ...items)
export const setOf = (...items: readonly Bytes[]) => tagged(0x31, ...items)
export const boolean = (value: boolean) => tagged(0x01, Buffer.of(value ? 0xff : 0))
export const nothing = () => tagged(0x05)
export const octetString = (bytes: Bytes) => tagged(0x04, bytes)
export const bitString = (bytes: Bytes, unusedBits = 0) => tagged(0x03, Buffer.of(unusedBits), bytes)
export const enumerated = (value: number) => tagged(0x0a, Buffer.of(value))
export const utf8String = (text: string) => tagged(0x0c, Buffer.from(text))
/** `[n]` around whole values. */
export const explicit = (n: number, ...items: readonly Bytes[]) => tagged(0xa0 | n, ...items)
/** `[n]` in place of the tag of a primitive value. */
export const implicit = (n: number, bytes: Bytes) => tagged(0x80 | n, bytes)

/** A whole number, not negative: a leading zero keeps the sign bit clear. */
export function integer(value: number | Bytes): Buffer {
  const bytes = typeof value === 'number' ? Buffer.from(bigEndian(value)) : value
  return tagged(0x02, (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes)
}

/** `1.2.840.10045.2.1`: the first two arcs share one byte, the others are base 128. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...arcs] = dotted.split('.').map(Number)
  const base128 = (arc: number) =>
    bigEndian(arc, 7).map((digit, i, all) => (i < all.length - 1 ? digit | 0x80 : digit))
  return tagged(0x06, Buffer.of(first * 40 + second, ...arcs.flatMap(base128)))
}

/** RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime from then on. */
export function time(at: Date): Buffer {
  return at.getUTCFullYear() < 2050 ? tagged(0x17, Buffer.from(secondsOf(at).slice(2))) : generalizedTime(at)
}

export function generalizedTime(at: Date): Buffer {
  return tagged(0x18, Buffer.from(secondsOf(at)))
}

/** Whole seconds, in UTC. */
function secondsOf(at: Date): string {
  return `${at.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`
}
