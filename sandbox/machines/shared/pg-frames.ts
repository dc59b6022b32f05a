/**
 * A message of Postgres' protocol (PostgreSQL manual, "Message Formats"), whole, or a part of one that is longer than
 * `partBytesMax`: rows and copied data have no bound that could be waited for.
 */
export interface Part {
  /** The first byte as a character; empty for the messages that open a session, which have none. */
  readonly type: string
  /** As they came. */
  readonly bytes: Buffer
  /** Of the first part, what follows the type and the length; of the others, nothing. */
  readonly body: Buffer
  readonly isFirst: boolean
  readonly isLast: boolean
}

const lengthBytes = 4

/** What a session is opened with: the code that stands where later messages have their type. */
export const openings = {
  ssl: 80_877_103,
  gss: 80_877_104,
} as const

/** After one of these the client opens once more, with or without encryption. */
const isRequestForEncryption = (code: number) => code === openings.ssl || code === openings.gss

/** Enough for the names of a statement and the beginning of its text, which is all that is read of a long message. */
const partBytesMax = 64 * 1024
/** What Postgres itself takes: MAX_STARTUP_PACKET_LENGTH of libpq/pqcomm.h, MaxAllocSize of utils/memutils.h. */
const openingBytesMax = 10_000
const messageBytesMax = 0x3fff_ffff

const nothing = Buffer.alloc(0)

/** What came cannot be a message of Postgres. Its length says so. */
export class UnreadableMessage extends Error {
  constructor(lengthBytes: number) {
    super(`expected a message of Postgres, saw a length of ${lengthBytes}`)
  }
}

/** Cuts a stream of bytes into messages, wherever its chunks end, and copies none of it more than a few times. */
export class FrameReader {
  #chunks: Buffer[] = []
  #bytes = 0
  /** Messages have no type until the session is opened. */
  #isOpening: boolean
  /** What is still to come of a message that is handed on in parts. */
  #rest = { type: '', bytes: 0 }

  /** @param from which side the stream is from: Postgres' messages have a type from the start. */
  constructor(from: 'api' | 'postgres') {
    this.#isOpening = from === 'api'
  }

  add(chunk: Buffer): void {
    if (chunk.length === 0) return
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
  }

  /** The next message or part; undefined where it has not arrived yet. @throws UnreadableMessage */
  next(): Part | undefined {
    return this.#rest.bytes > 0 ? this.#nextPart() : this.#nextMessage()
  }

  #nextMessage(): Part | undefined {
    const headBytes = (this.#isOpening ? 0 : 1) + lengthBytes
    if (this.#bytes < headBytes) return undefined
    const head = this.#peek(headBytes)
    const type = this.#isOpening ? '' : String.fromCharCode(head[0]!)
    const totalBytes = headBytes - lengthBytes + this.#lengthAfter(head)
    const firstBytes = Math.min(totalBytes, partBytesMax)
    if (this.#bytes < firstBytes) return undefined
    const bytes = this.#take(firstBytes)
    const body = bytes.subarray(headBytes)
    if (this.#isOpening) this.#isOpening = isRequestForEncryption(body.readInt32BE(0))
    this.#rest = { type, bytes: totalBytes - firstBytes }
    return { type, bytes, body, isFirst: true, isLast: this.#rest.bytes === 0 }
  }

  #nextPart(): Part | undefined {
    if (this.#bytes === 0) return undefined
    const { type, bytes: missing } = this.#rest
    const bytes = this.#take(Math.min(missing, this.#chunks[0]!.length))
    this.#rest = { type, bytes: missing - bytes.length }
    return { type, bytes, body: nothing, isFirst: false, isLast: this.#rest.bytes === 0 }
  }

  #lengthAfter(head: Buffer): number {
    const length = head.readInt32BE(head.length - lengthBytes)
    // The shortest opening is its length and its code.
    const min = this.#isOpening ? 2 * lengthBytes : lengthBytes
    if (length >= min && length <= (this.#isOpening ? openingBytesMax : messageBytesMax)) return length
    throw new UnreadableMessage(length)
  }

  #peek(count: number): Buffer {
    if (this.#chunks[0]!.length < count) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0]!.subarray(0, count)
  }

  #take(count: number): Buffer {
    const taken = this.#peek(count)
    const rest = this.#chunks[0]!.subarray(count)
    if (rest.length > 0) this.#chunks[0] = rest
    else this.#chunks.shift()
    this.#bytes -= count
    return taken
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

/** SSLRequest: asks whether the session may be encrypted. Answered by one byte, `S` or `N`. */
export function sslRequest(): Buffer {
  const request = Buffer.alloc(2 * lengthBytes)
  request.writeInt32BE(request.length, 0)
  request.writeInt32BE(openings.ssl, lengthBytes)
  return request
}

/** The texts that a body begins with, each ended by a zero byte; the last may be cut short where the body is. */
export function texts(body: Buffer, count: number): string[] {
  const found: string[] = []
  for (let from = 0; found.length < count && from < body.length; ) {
    const zero = body.indexOf(0, from)
    const end = zero === -1 ? body.length : zero
    found.push(body.toString('utf8', from, end))
    from = end + 1
  }
  return found
}

/** An ErrorResponse with this SQLSTATE, as Postgres words it (PostgreSQL manual, "Error and Notice Message Fields"). */
export function errorResponse(sqlstate: string, message: string): Buffer {
  return frame('E', 'SERROR', 'VERROR', `C${sqlstate}`, `M${message}`, Buffer.from([0]))
}
