import type { GatewayObservation } from '../shared/trace.ts'
import { digestOf, type Reply, ReplyReader } from './reply-reader.ts'

/** A request that waits for its reply on one connection. */
interface Asked {
  readonly request: string
  readonly method: string
  /** The writer of the reply has written all of it. */
  isWritten: boolean
}

interface Connection {
  readonly asked: Asked[]
  readonly reader: ReplyReader
  /** A tap reads along: it will tell the end. */
  isRead: boolean
}

type Left = Omit<Extract<GatewayObservation, { what: string }>, 'machine'>

/** Of one hop (RFC 9110 §7.6.1), of framing (which the bytes themselves are held against), and the time. */
const leftOut = ['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'date']

/** The replies that leave a gateway, told as their bytes are: connection by connection, in the order of the requests. */
export class Replies {
  readonly #connections = new Map<number, Connection>()
  readonly #observe: (left: Left) => void

  readonly #isCompared: boolean

  constructor(isCompared: boolean, observe: (left: Left) => void) {
    this.#isCompared = isCompared
    this.#observe = observe
  }

  /** A request came on the connection from this port. @returns to be called when its reply has been written. */
  ask(port: number, request: string, method: string): () => void {
    const asked = { request, method, isWritten: false }
    this.#at(port).asked.push(asked)
    return () => {
      asked.isWritten = true
    }
  }

  opened(port: number): void {
    this.#at(port).isRead = true
  }

  bytes(port: number, chunk: Buffer): void {
    this.#at(port).reader.add(chunk)
  }

  end(port: number): void {
    this.#connections.get(port)?.reader.end()
    this.#connections.delete(port)
  }

  /** The gateway's side of a connection is closed. Where no tap reads along, there is nothing more to come. */
  closed(port: number): void {
    if (this.#connections.get(port)?.isRead === false) this.#connections.delete(port)
  }

  /** What is written and still not whole will not become so. */
  flush(): void {
    for (const { asked, reader } of this.#connections.values()) {
      if (reader.isUnderWay && asked[0]?.isWritten !== false) reader.giveUp()
    }
  }

  #at(port: number): Connection {
    const known = this.#connections.get(port)
    if (known !== undefined) return known
    const asked: Asked[] = []
    const reader = new ReplyReader(
      () => asked[0]?.method,
      (reply) => this.#tell(asked, reply),
    )
    const connection = { asked, reader, isRead: false }
    this.#connections.set(port, connection)
    return connection
  }

  #tell(asked: Asked[], { body, flaws, headers, isWhole, status }: Reply): void {
    const [next] = asked
    const isInterim = status >= 100 && status < 200
    if (!isInterim) asked.shift()
    // An end that came from further back, before all was written, is no word of the gateway's own.
    const told = isWhole || next?.isWritten !== false ? flaws : flaws.filter((flaw) => flaw !== 'too-short')
    this.#observe({
      what: 'left',
      request: next?.request ?? 'none',
      status,
      ...(this.#isCompared && { headers: headersDigest(headers) }),
      ...(this.#isCompared && isWhole && { digest: digestOf(body) }),
      ...(told.length === 0 ? {} : { flaws: told }),
    })
  }
}

/** Of what the receiver is told beside the body; order and spelling of names mean nothing (RFC 9110 §5.3). */
export function headersDigest(headers: readonly string[]): string {
  const lines = headers.flatMap((name, index) =>
    index % 2 === 0 && !leftOut.includes(name.toLowerCase())
      ? [`${name.toLowerCase()}: ${headers[index + 1]}`]
      : [],
  )
  return digestOf(lines.sort().join('\n'))
}
