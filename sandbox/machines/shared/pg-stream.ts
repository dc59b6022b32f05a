import { Socket } from 'node:net'

/**
 * What `pg` reads answers from. Its parser throws on what is no message of Postgres, out of the socket's event and so out
 * of reach of any query: that would end the process. Here it ends the connection, and the query says why.
 */
class PgStream extends Socket {
  override emit(event: string | symbol, ...values: unknown[]): boolean {
    if (event !== 'data') return super.emit(event, ...values)
    try {
      return super.emit(event, ...values)
    } catch (cause) {
      const { message } = cause as Error
      this.destroy(
        new Error(`expected messages of Postgres, saw what cannot be read (${message})`, { cause }),
      )
      return true
    }
  }
}

/** One for each connection: `stream` of a client's or a pool's options. */
export function pgStream(): Socket {
  return new PgStream()
}
