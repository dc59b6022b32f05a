import * as v from 'valibot'

/**
 * The kinds of parameter a fault can have. Each has a default, so that `dns.nxdomain()` alone works, and one
 * message that says what is expected, whatever is wrong.
 */
interface NumberOptions {
  readonly default: number
  readonly min?: number
  readonly max?: number
  /** The healthy value: given for a fault, it would change nothing. */
  readonly not?: number
  /** As the message has it: `milliseconds`. Default: the name alone says it. */
  readonly unit?: string
}

/** A whole number in the unit that its name ends in: `sleepMs`, `bodyBytes`, `retriesMax`. */
export function wholeNumber(options: NumberOptions) {
  const { min = 0, max = 1_000_000_000, not, unit } = options
  const number = `a whole number${unit === undefined ? '' : ` of ${unit}`}`
  const expected = `${number} from ${min} to ${max}${not === undefined ? '' : ` but ${not}`}`
  return v.optional(
    v.pipe(
      v.number(expected),
      v.integer(expected),
      v.minValue(min, expected),
      v.maxValue(max, expected),
      v.check((value) => value !== not, expected),
    ),
    options.default,
  )
}

/** A duration in milliseconds, an hour at most. */
export function milliseconds(options: NumberOptions) {
  return wholeNumber({ max: 3_600_000, unit: 'milliseconds', ...options })
}

/** A DNS host name: labels of letters, digits and hyphens (RFC 1123 §2.1), lower case, no dot at the end. */
export function hostName(options: { readonly default: string; readonly not?: string }) {
  const { not } = options
  const expected =
    not === undefined ? 'a host name such as "api.example.test"' : `a host name other than "${not}"`
  const pattern =
    /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/
  return v.optional(
    v.pipe(
      v.string(expected),
      v.regex(pattern, expected),
      v.check((value) => value !== not, expected),
    ),
    options.default,
  )
}

/**
 * An IPv4 address of this machine's loopback (RFC 1122 §3.2.1.3) where nothing of the sandbox listens: no fault leads
 * a client off the machine, to another client's front door, or to its own.
 */
export function deadAddress(options: { readonly default: string }) {
  const expected = 'an address from 127.0.0.251 to 127.0.0.254, where nobody listens'
  return v.optional(v.pipe(v.string(expected), v.regex(/^127\.0\.0\.25[1-4]$/, expected)), options.default)
}

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(
  words: Words,
  options: { readonly default: Words[number] },
) {
  return v.optional(
    v.picklist(words, `one of ${words.map((word) => `"${word}"`).join(', ')}`),
    options.default,
  )
}
