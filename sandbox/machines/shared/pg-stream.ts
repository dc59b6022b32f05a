import { Socket } from 'node:net'
import { FrameReader, type Part } from './pg-frames.ts'

/**
 * ErrorResponse and NoticeResponse: fields, each ended by a zero byte, and another behind all (PostgreSQL manual, "Message
 * Formats").
 */
const ofFields = ['E', 'N']

/**
 * What `pg` reads answers from. Its parser throws on what is no message of Postgres, out of the socket's event and so out
 * of reach of any query, which would end the process; and it turns for ever on fields that do not end (pg-protocol 1.x,
 * `parseErrorMessage`), deaf to any signal. Here both end the connection, and the query says why.
 */
class PgStream extends Socket {
  readonly #frames = new FrameReader('postgres')
  /** The last bytes of the message under way. */
  #end: Buffer = Buffer.alloc(0)

  override emit(event: string | symbol, ...values: unknown[]): boolean {
    if (event !== 'data') return super.emit(event, ...values)
    try {
      this.#expectEnds(values[0] as Buffer)
      return super.emit(event, ...values)
    } catch (cause) {
      const { message } = cause as Error
      this.destroy(
        new Error(`expected messages of Postgres, saw what cannot be read (${message})`, { cause }),
      )
      return true
    }
  }

  #expectEnds(chunk: Buffer): void {
    this.#frames.add(chunk)
    for (let part = this.#frames.next(); part !== undefined; part = this.#frames.next()) this.#expectEnd(part)
  }

  #expectEnd({ bytes, isFirst, isLast, type }: Part): void {
    this.#end = isFirst ? bytes.subarray(-2) : Buffer.concat([this.#end, bytes.subarray(-2)]).subarray(-2)
    const isOver = this.#end.at(-1) === 0 && this.#end.at(-2) === 0
    if (isLast && ofFields.includes(type) && !isOver) throw new Error('fields that do not end')
  }
}

/** One for each connection: `stream` of a client's or a pool's options. */
export function pgStream(): Socket {
  return new PgStream()
}
