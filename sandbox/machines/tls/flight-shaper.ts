import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { resetSocket } from '../../host/reset-socket.ts'
import type { TlsVerdict } from './tls-points.ts'
import type { TlsSettings } from './tls-settings.ts'

/** What happens to the flight: a verdict, or one certificate exchanged for another of the same size. */
export type Shaping =
  | Extract<TlsVerdict, { kind: 'slow' | 'corrupt' } | { at: 'flight' }>
  | { readonly kind: 'exchange'; readonly own: Buffer; readonly shown: Buffer }

const applicationDataRecord = 23

/**
 * Stands between the TLS stack and the socket while a verdict shapes what the server sends in a handshake: the
 * stack speaks as ever, and its bytes are held back, cut or flipped on their way out.
 */
export class FlightShaper extends Duplex {
  readonly #raw: Socket
  readonly #shaping: Shaping
  #onShaped: () => void
  #sentBytes = 0
  #isDone = false
  #timer: NodeJS.Timeout | undefined

  /** @param onShaped called once, when bytes were really held back, cut or changed. */
  constructor(raw: Socket, shaping: Shaping, onShaped: () => void) {
    super({ allowHalfOpen: true })
    this.#raw = raw
    this.#shaping = shaping
    this.#onShaped = onShaped
    raw.on('data', (chunk) => {
      if (!this.push(chunk)) raw.pause()
    })
    raw.on('end', () => this.push(null))
    raw.on('error', (error) => this.destroy(error))
    raw.on('close', () => this.destroy())
  }

  /** From here on bytes pass as they are: the handshake is over. */
  release(): void {
    this.#isDone = true
  }

  override _read(): void {
    this.#raw.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#isDone) {
      this.#raw.write(chunk, done)
      return
    }
    const shaping = this.#shaping
    switch (shaping.kind) {
      case 'slow':
        this.#dribble(chunk, shaping, done)
        return
      case 'corrupt':
        this.#raw.write(this.#flipTag(chunk), done)
        return
      case 'exchange':
        this.#raw.write(exchanged(chunk, shaping), done)
        return
      case 'cut':
        this.#cut(chunk, shaping, done)
        return
      default:
        shaping satisfies never
    }
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#raw.end(() => done())
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#timer)
    this.#raw.destroy()
    done(error)
  }

  #shaped(): void {
    this.#onShaped()
    this.#onShaped = () => {}
  }

  #dribble(
    chunk: Buffer,
    pace: { bytes: number; everyMs: number },
    done: (error?: Error | null) => void,
  ): void {
    if (chunk.length <= pace.bytes) {
      this.#raw.write(chunk, done)
      return
    }
    this.#shaped()
    this.#raw.write(chunk.subarray(0, pace.bytes))
    this.#timer = setTimeout(() => this.#dribble(chunk.subarray(pace.bytes), pace, done), pace.everyMs)
  }

  #cut(
    chunk: Buffer,
    verdict: { how: 'end' | 'reset'; flightBytes: number },
    done: (error?: Error | null) => void,
  ): void {
    const rest = chunk.subarray(0, verdict.flightBytes - this.#sentBytes)
    this.#sentBytes += rest.length
    if (this.#sentBytes < verdict.flightBytes) {
      this.#raw.write(rest, done)
      return
    }
    this.#shaped()
    // What the stack says from here on reaches no client, so `done` is never called. The RST waits for the bytes
    // to be with the kernel, which would drop them otherwise.
    this.#raw.write(rest, () => (verdict.how === 'reset' ? resetSocket(this.#raw) : this.#raw.end()))
  }

  /** Records may lie anywhere in a chunk, but OpenSSL hands a whole flight over at once. */
  #flipTag(chunk: Buffer): Buffer {
    let at = 0
    while (at + 5 <= chunk.length) {
      const end = at + 5 + chunk.readUInt16BE(at + 3)
      if (chunk[at] === applicationDataRecord && end <= chunk.length) {
        const flipped = Buffer.from(chunk)
        flipped.writeUInt8(flipped.readUInt8(end - 1) ^ 1, end - 1)
        this.#isDone = true
        this.#shaped()
        return flipped
      }
      at = end
    }
    return chunk
  }
}

function exchanged(chunk: Buffer, { own, shown }: { own: Buffer; shown: Buffer }): Buffer {
  const at = chunk.indexOf(own)
  return at < 0 ? chunk : Buffer.concat([chunk.subarray(0, at), shown, chunk.subarray(at + own.length)])
}

/** What this verdict, or else this chain, makes of the flight; undefined where it is to pass as it is. */
export function shapingOf(verdict: TlsVerdict | undefined, settings: TlsSettings): Shaping | undefined {
  if (verdict?.kind === 'slow' || verdict?.kind === 'corrupt') return verdict
  if (verdict?.kind === 'cut' && verdict.at === 'flight') return verdict
  const { exchange } = settings.chain
  return exchange && { kind: 'exchange', ...exchange }
}
