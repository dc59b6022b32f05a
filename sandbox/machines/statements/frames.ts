/** One message of Postgres' protocol (PostgreSQL manual, "Message Formats"). */
export interface Frame {
  /** The first byte as a character; empty for the messages that open a session, which have none. */
  readonly type: string
  /** The whole message, as it came. */
  readonly bytes: Buffer
  /** What follows the type and the length. */
  readonly body: Buffer
}

const lengthBytes = 4

/** What a session is opened with: the code that stands where later messages have their type. */
export const openings = {
  cancel: 80_877_102,
  ssl: 80_877_103,
  gss: 80_877_104,
} as const

/** Longer ones are passed on unread, and end the reading: neither side of a shop has such. */
const frameBytesMax = 64 * 1024 * 1024

/** Cuts a stream of bytes into messages. Each byte is copied at most once. */
export class FrameReader {
  #chunks: Buffer[] = []
  #bytes = 0
  #hasType: boolean

  /** @param hasType false while a session is being opened by its client. */
  constructor(hasType: boolean) {
    this.#hasType = hasType
  }

  /** From now on every message has a type. */
  opened(): void {
    this.#hasType = true
  }

  /** What is not cut yet. */
  rest(): Buffer {
    return this.#join()
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
  }

  /** The next whole message; undefined where it has not arrived yet. @throws Error where it is none. */
  next(): Frame | undefined {
    const typeBytes = this.#hasType ? 1 : 0
    const headBytes = typeBytes + lengthBytes
    if (this.#bytes < headBytes) return undefined
    const all = this.#join()
    const length = all.readInt32BE(typeBytes)
    if (length < lengthBytes || length > frameBytesMax)
      throw new Error(`statements: expected a message of Postgres, saw a length of ${length}`)
    const total = typeBytes + length
    if (all.length < total) return undefined
    const bytes = all.subarray(0, total)
    this.#chunks = [all.subarray(total)]
    this.#bytes -= total
    const type = this.#hasType ? String.fromCharCode(bytes[0]!) : ''
    return { type, bytes, body: bytes.subarray(headBytes) }
  }

  #join(): Buffer {
    if (this.#chunks.length !== 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0]!
  }
}

/** A message with a type. */
export function frame(type: string, ...parts: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(`${part}\0`) : part)),
  )
  const head = Buffer.alloc(1 + lengthBytes)
  head.write(type, 0, 'latin1')
  head.writeInt32BE(lengthBytes + body.length, 1)
  return Buffer.concat([head, body])
}

/** The texts that a body begins with, each ended by a zero byte. */
export function texts(body: Buffer, count: number): string[] {
  const found: string[] = []
  let from = 0
  while (found.length < count) {
    const end = body.indexOf(0, from)
    if (end === -1) break
    found.push(body.toString('utf8', from, end))
    from = end + 1
  }
  return found
}

/** An ErrorResponse with this SQLSTATE, as Postgres words it. */
export function errorResponse(sqlstate: string, message: string): Buffer {
  return frame('E', `SERROR`, `VERROR`, `C${sqlstate}`, `M${message}`, Buffer.from([0]))
}
