/** What a route answers: JSON with a status. */
export interface Reply {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Fields of the body that differ from call to call by nature: a token. */
  readonly generated?: readonly string[]
}

interface RefusalDetails {
  /** What is wrong with which field of the request's body. */
  readonly fields?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly cause?: unknown
}

/** Thrown to answer the request with an error of the API's contract: `{ "error": "<code>" }`. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: string
  readonly reply: Reply

  constructor(status: number, code: string, { fields, headers = {}, cause }: RefusalDetails = {}) {
    super(`${status} ${code}`, { cause })
    this.code = code
    this.reply = { status, body: fields === undefined ? { error: code } : { error: code, fields }, headers }
  }
}

/** The `type` that body-parser gives its errors (its README, "Errors"). */
const bodyParserCodes: Readonly<Record<string, string>> = {
  'entity.parse.failed': 'malformed_json',
  'entity.too.large': 'payload_too_large',
  'encoding.unsupported': 'unsupported_media_type',
  'charset.unsupported': 'unsupported_media_type',
}

/**
 * The refusal that answers `error`. Only the API's own codes go out: messages of the database, stack traces
 * and SQL stay inside.
 */
export function refusalFor(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  const { type, status } = Object(error) as { type?: unknown; status?: unknown }
  // Express and its parsers mark what the client got wrong (a path that cannot be decoded, say) with a 4xx.
  if (typeof status !== 'number' || status < 400 || status > 499) {
    return new Refusal(500, 'internal_error', { cause: error })
  }
  return new Refusal(status, bodyParserCodes[String(type)] ?? 'bad_request', { cause: error })
}
