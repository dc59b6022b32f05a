import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createServer, type Server, TLSSocket } from 'node:tls'
import { resetSocket } from '../../host/reset-socket.ts'
import type { TlsObservation } from '../shared/trace.ts'
import { type HelloRead, readClientHello } from './client-hello.ts'
import { FlightShaper, shapingOf } from './flight-shaper.ts'
import { alertRecord } from './tls-alerts.ts'
import type { Ending, TlsEvent, TlsVerdict } from './tls-points.ts'
import type { TlsSettings } from './tls-settings.ts'

/** What a connection needs of the edge it came in at. */
export interface TlsConnectionHost {
  /** Asked when a ClientHello has arrived: what this handshake is conducted with. */
  readonly settings: () => TlsSettings
  readonly decide: (hello: TlsEvent) => TlsVerdict | undefined
  /** A verdict has changed what the client gets. Called once. */
  readonly onActed: (verdict: TlsVerdict) => void
  readonly upstream: () => { host: string; port: number }
  readonly observe: (observation: Omit<TlsObservation, 'machine' | 'connection'>) => void
}

/**
 * One connection: its ClientHello is read, put back and given to OpenSSL, or met with a verdict; then plaintext
 * passes between it and the upstream. A FIN arrives as close_notify and FIN, a RST as RST, both ways.
 */
export class TlsConnection {
  readonly #raw: Socket
  readonly #host: TlsConnectionHost
  #head: Buffer = Buffer.alloc(0)
  #settings: TlsSettings | undefined
  #asksForStaple = false
  #hasFailed = false
  #isSecured = false
  #isRefused = false
  /** An alert has passed, in either direction. */
  #isRejected = false
  /** The client ended it, and neither an alert nor an end of this side's had passed before. */
  #isLeft = false
  #isResumed = false
  #upstream: Socket | undefined

  constructor(raw: Socket, host: TlsConnectionHost) {
    this.#raw = raw
    this.#host = host
    host.observe({ what: 'accepted' })
    raw.on('error', (error: NodeJS.ErrnoException) => this.#broken(error.code))
    raw.once('close', () => {
      this.#failed()
      host.observe({ what: 'end' })
    })
    raw.on('data', this.#onHelloBytes)
    raw.on('end', this.#onEarlyEnd)
  }

  /** The client resumed the session of an earlier connection: no certificate was shown (RFC 8446 §2.2). */
  get isResumed(): boolean {
    return this.#isResumed
  }

  /** So many bytes went out that the whole chain is among them. */
  get hasServedCertificate(): boolean {
    return (
      this.#settings !== undefined && !this.#isResumed && this.#raw.bytesWritten >= this.#settings.chain.bytes
    )
  }

  /** Of the client, all in all. */
  get receivedBytes(): number {
    return this.#raw.bytesRead
  }

  /** Lets go of both sides. Resolves when nothing more can be observed. */
  async destroy(): Promise<void> {
    this.#upstream?.destroy()
    if (this.#raw.closed) return
    const closed = once(this.#raw, 'close')
    this.#raw.destroy()
    await closed
  }

  /** Ends a connection that has said nothing yet. */
  hangUp(how: 'end' | 'reset'): void {
    this.#discardInput()
    this.#finish(how)
  }

  #onHelloBytes = (chunk: Buffer): void => {
    this.#head = Buffer.concat([this.#head, chunk])
    const hello = readClientHello(this.#head)
    if (hello !== 'incomplete') this.#onHello(hello)
  }

  #onEarlyEnd = (): void => {
    this.#left()
    this.#raw.end()
  }

  #onHello(hello: Exclude<HelloRead, 'incomplete'>): void {
    this.#raw.pause()
    this.#raw.off('data', this.#onHelloBytes)
    this.#raw.off('end', this.#onEarlyEnd)
    if (hello === 'not-tls') {
      this.#handshake(undefined)
      return
    }
    this.#asksForStaple = hello.asksForStaple
    this.#host.observe({ what: 'hello', serverName: hello.serverName })
    this.#meet(this.#host.decide(hello))
  }

  #meet(verdict: TlsVerdict | undefined): void {
    switch (verdict?.kind) {
      case undefined:
      case 'slow':
      case 'corrupt':
      case 'truncate':
        this.#handshake(verdict)
        return
      case 'cut':
        if (verdict.at === 'hello') {
          this.hangUp(verdict.how)
          break
        }
        this.#handshake(verdict)
        return
      case 'stall':
        this.#discardInput()
        break
      case 'alert':
        this.#reply(alertRecord(verdict.level, verdict.description), verdict.ending)
        break
      case 'answer':
        this.#reply(Buffer.from(verdict.latin1, 'latin1'), verdict.ending)
        break
      default:
        verdict satisfies never
    }
    if (verdict !== undefined) this.#host.onActed(verdict)
  }

  #reply(bytes: Buffer, ending: Ending = 'end'): void {
    this.#isRejected = true
    this.#discardInput()
    // The RST waits until the kernel has the bytes: it would take them back otherwise.
    this.#raw.write(bytes, () => this.#finish(ending))
  }

  #finish(how: Ending): void {
    if (how === 'end') this.#raw.end()
    else if (how === 'reset') resetSocket(this.#raw)
  }

  /** Unread bytes would turn our FIN into a RST, and a client that gives up must not leave a socket behind. */
  #discardInput(): void {
    this.#raw.off('data', this.#onHelloBytes)
    this.#raw.off('end', this.#onEarlyEnd)
    this.#raw.on('end', this.#onEarlyEnd)
    this.#raw.resume()
  }

  #handshake(verdict: TlsVerdict | undefined): void {
    const settings = this.#host.settings()
    this.#settings = settings
    this.#raw.unshift(this.#head)
    const shaping = shapingOf(verdict, settings)
    const onShaped = () => verdict && this.#host.onActed(verdict)
    const shaper = shaping && new FlightShaper(this.#raw, shaping, onShaped)
    const tls = new TLSSocket(shaper ?? this.#raw, {
      isServer: true,
      secureContext: settings.context,
      ALPNProtocols: [...settings.alpn],
      ...(this.#asksForStaple && settings.chain.staple && { server: stapler(settings.chain.staple) }),
      requestCert: settings.clientCertificate === 'required',
      rejectUnauthorized: settings.clientCertificate === 'required',
    })
    tls.on('error', (error: NodeJS.ErrnoException) => {
      this.#broken(error.code)
      if (this.#upstream !== undefined) resetSocket(this.#upstream)
    })
    tls.once('close', () => this.#raw.destroy())
    tls.once('readable', () => this.#onReadable(tls, verdict))
    tls.once('secure', () => {
      shaper?.release()
      this.#onSecure(tls, settings, verdict)
    })
  }

  #onSecure(tls: TLSSocket, settings: TlsSettings, verdict: TlsVerdict | undefined): void {
    if (!settings.accepts(tls.getPeerX509Certificate())) {
      // Node's own TLS server closes without an alert here too: OpenSSL was told to leave the verdict to it.
      this.#failed()
      this.#refuse(tls)
      return
    }
    this.#isSecured = true
    this.#isResumed = tls.isSessionReused()
    this.#host.observe({ what: 'secured', ...this.#served(), ...(this.#isResumed && { resumed: true }) })
    if (verdict?.kind === 'cut' && verdict.at === 'secured') {
      this.#host.onActed(verdict)
      if (verdict.how === 'reset') resetSocket(this.#raw)
      else tls.end()
    }
  }

  /**
   * In TLS 1.3 the client takes the handshake for done: its request is on its way, and unread it would turn the FIN
   * into a RST now and then. In TLS 1.2 it waits for our Finished, which must not go out any more.
   */
  #refuse(tls: TLSSocket): void {
    this.#isRefused = true
    if (tls.getProtocol() === 'TLSv1.3') this.#raw.end()
    else this.#raw.destroy()
  }

  /**
   * The first plaintext, or the client's end. The upstream is called when there is something to say, as reverse
   * proxies do: a client that distrusts the certificate completes the handshake and leaves, and no request may
   * seem to have got any further.
   */
  #onReadable(tls: TLSSocket, verdict: TlsVerdict | undefined): void {
    if (this.#isRefused) tls.resume()
    else if (!this.#isSecured) this.#leave()
    else if (verdict?.kind === 'cut' && verdict.at === 'secured') tls.resume()
    else if (tls.readableLength > 0) this.#relay(tls, verdict)
    else tls.resume().end()
  }

  #relay(tls: TLSSocket, verdict: TlsVerdict | undefined): void {
    const upstream = connect({ ...this.#host.upstream(), allowHalfOpen: true, noDelay: true })
    this.#upstream = upstream
    upstream.on('error', () => resetSocket(this.#raw))
    tls.once('close', () => upstream.destroy())
    tls.pipe(upstream)
    if (verdict?.kind === 'truncate') {
      upstream.pipe(tls, { end: false })
      upstream.once('end', () => {
        this.#host.onActed(verdict)
        tls.write('', () => this.#raw.end())
      })
    } else {
      upstream.pipe(tls)
    }
  }

  /** The client's FIN came within the handshake. */
  #leave(): void {
    this.#left()
    this.#raw.destroy()
  }

  #left(): void {
    if (!this.#isRejected && !this.#raw.writableEnded) this.#isLeft = true
  }

  /** By the client's RST, or by what OpenSSL sent an alert for, or was sent one. */
  #broken(code: string | undefined): void {
    if (code === 'ECONNRESET') this.#left()
    else this.#isRejected = true
    this.#failed(code)
  }

  #failed(code?: string): void {
    if (this.#isSecured || this.#hasFailed) return
    this.#hasFailed = true
    const isLeft = this.#isLeft && { isLeft: true as const }
    this.#host.observe({ what: 'failed', ...(code !== undefined && { code }), ...isLeft, ...this.#served() })
  }

  #served(): Pick<TlsObservation, 'certificate'> {
    return this.hasServedCertificate ? { certificate: this.#settings!.chain.served } : {}
  }
}

/** Node staples only where the connection belongs to a TLS server: this one does nothing else, and never listens. */
function stapler(staple: () => Buffer): Server {
  const server = createServer()
  server.on('OCSPRequest', (_certificate, _issuer, respond) => respond(null, staple()))
  return server
}
