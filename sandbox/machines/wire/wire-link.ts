import { connect, type Socket } from 'node:net'
import { nowMs } from '../../host/clock.ts'
import { Deadlines } from '../../host/deadlines.ts'
import { resetSocket } from '../../host/reset-socket.ts'
import type { WireSide } from '../shared/trace.ts'
import { adopted, isAdoptable, OwnBuffer } from './own-buffer.ts'
import { type Seen, type Source, WireFlow } from './wire-flow.ts'
import { ByteMark, markOf } from './wire-mark.ts'
import type { WireVerdict } from './wire-points.ts'
import { shapeOf } from './wire-shape.ts'
import { type OpenStrike, type Strike, strikeOf } from './wire-strike.ts'
import type { WireTap } from './wire-tap.ts'

export interface LinkOptions {
  /** As accepted, not yet read from. */
  readonly client: Socket
  readonly upstream: () => { host: string; port: number }
  readonly verdict: WireVerdict | undefined
  readonly observe: (seen: Seen) => void
  /** Whether anybody will compare what comes in with what goes out. */
  readonly isCompared: boolean
  /** The verdict acted on this connection. Called once. */
  readonly onStruck: () => void
  readonly onClosed: () => void
  readonly onBug: (error: Error) => void
  readonly tap?: WireTap
}

/** A RST discards what its sender has not delivered yet, and loopback delivers in far less than this. */
const RESET_AFTER_QUIET_MS = 50
/** A peer that does not read must not put off a RST for ever. */
const FLUSH_WAITS_MAX_MS = 2_000

/** What keeps things back for good. */
const stuck: readonly WireVerdict['kind'][] = ['stall', 'silence', 'forget', 'swallow-end']

/** One connection of a wire: two sockets, a flow each way, and the verdict it got when it was accepted. */
export class WireLink {
  readonly #options: LinkOptions
  /** No verdict shapes the bytes: they pass without a stream, whose chunks are what shapes are made of. */
  readonly #isPlain: boolean
  readonly #client: Socket
  #server: Socket | undefined
  readonly #up: WireFlow
  readonly #down: WireFlow
  readonly #deadlines = new Deadlines()
  readonly #turns = { client: 0, server: 0 }
  #serverPort = 0
  #speaker: WireSide | undefined
  readonly #openedMs = nowMs()
  #lastInMs = this.#openedMs
  #wasCut = false
  #forgotten = false
  #struck = false
  #closed = false
  /** Something that one side said, an end or all it will ever say, is kept from the other for good. */
  #isStuck = false

  constructor(options: LinkOptions) {
    this.#options = options
    this.#isPlain = options.verdict === undefined && isAdoptable(options.client)
    this.#up = this.#flow('client')
    this.#down = this.#flow('server')
    const own = this.#ownBuffer('client')
    this.#client = own === undefined ? options.client : adopted(options.client, own.onread)
    this.#attach('client', this.#client, own)
    this.#down.sink = this.#client
    const strike = strikeOf(options.verdict)
    const isOver = strike !== undefined && strike.from === undefined && this.#strikesAtAccept(strike)
    if (isOver) this.#client.resume()
    else this.#connect()
  }

  /** It cannot come to an end by itself any more: one side waits for what the other has sent long ago. */
  get isStuck(): boolean {
    return this.#isStuck && !this.#closed
  }

  /** A RST to both sides, now. */
  reset(): void {
    this.#stop()
    this.#down.resetSink()
    if (this.#up.sink === undefined) this.#server?.destroy()
    else this.#up.resetSink()
  }

  /** The connection is gone at once, with everything it holds. It is not observed: it belongs to no call. */
  destroy(): void {
    resetSocket(this.#client)
    if (this.#server !== undefined) resetSocket(this.#server)
    this.#close()
  }

  flushObservations(): void {
    this.#up.flushObservations()
    this.#down.flushObservations()
  }

  #ownBuffer(side: WireSide): OwnBuffer | undefined {
    return this.#isPlain ? new OwnBuffer((chunk) => this.#receive(side, chunk)) : undefined
  }

  #flow(from: WireSide): WireFlow {
    const { isCompared, observe, verdict } = this.#options
    const common = { from, isCompared, isLent: this.#isPlain, observe }
    const strike = strikeOf(verdict)
    if (strike !== undefined && strike.from === from) {
      return new WireFlow({
        ...common,
        mark: new ByteMark(strike),
        onMark: () => this.#strikeAfter(strike, 'afterMs' in strike ? (strike.afterMs ?? 0) : 0),
      })
    }
    const isShaped = verdict !== undefined && (!('from' in verdict) || (verdict.from ?? from) === from)
    const shape = isShaped ? shapeOf(verdict, () => this.#tellStruck(verdict)) : undefined
    return new WireFlow({ ...common, shape, mark: isShaped ? markOf(verdict) : undefined })
  }

  /** A strike without `from`: at accept, or when its time has come. True when the wire need not connect on. */
  #strikesAtAccept(strike: Strike): boolean {
    if (strike.kind === 'stall' || strike.kind === 'half-cut') return false
    if (strike.afterIdleMs !== undefined) {
      this.#whenIdle(strike.afterIdleMs, () => this.strike(strike))
      return false
    }
    this.#strikeAfter(strike, strike.afterMs ?? 0)
    return (strike.afterMs ?? 0) === 0
  }

  #strikeAfter(strike: Strike, afterMs: number): void {
    if (afterMs === 0) this.strike(strike)
    else this.#deadlines.at(nowMs() + afterMs, () => this.strike(strike))
  }

  #whenIdle(idleMs: number, act: () => void): void {
    this.#deadlines.whenIdle(idleMs, () => this.#lastInMs, act)
  }

  /**
   * When it was idle for so long, whatever else was to happen to this connection. Resolves when its client has
   * taken notice of what it can notice: answered the FIN, been sent the RST.
   * @param begin is asked when it is time: whether it is still to be struck.
   */
  strikeWhenIdle(strike: OpenStrike, idleMs: number, begin: () => boolean): Promise<void> {
    const isTold = strike.kind === 'cut' || strike.kind === 'reset'
    return new Promise((resolve) => {
      this.#client.once('close', () => resolve())
      this.#whenIdle(idleMs, () => {
        const isWanted = begin()
        if (isWanted) this.strike(strike)
        if (!isWanted || !isTold) resolve()
      })
    })
  }

  /** Now. */
  strike(strike: Strike): void {
    this.#tellStruck(strike)
    if (strike.kind === 'stall') return
    if (strike.kind !== 'half-cut') this.#stop()
    switch (strike.kind) {
      case 'half-cut':
        this.#from(strike.from).cut()
        break
      case 'reset':
        this.#whenDelivered(() => this.reset())
        break
      case 'cut':
        this.#wasCut = true
        this.#up.cut()
        this.#down.cut()
        break
      case 'silence':
        break
      case 'forget':
        this.#forgotten = true
        this.#whenDelivered(() => this.#up.resetSink())
        break
      default:
        strike satisfies never
    }
  }

  #stop(): void {
    this.#up.stop()
    this.#down.stop()
  }

  /** Runs `act` once both sides know that they are connected, were given everything, and had the time to read it. */
  #whenDelivered(act: () => void): void {
    const giveUpMs = nowMs() + FLUSH_WAITS_MAX_MS
    const look = () => {
      const isFlushed = this.#up.isFlushed && this.#down.isFlushed
      const quietMs = nowMs() - Math.max(this.#openedMs, this.#up.lastOutMs, this.#down.lastOutMs)
      if ((isFlushed && quietMs >= RESET_AFTER_QUIET_MS) || nowMs() >= giveUpMs) return act()
      this.#deadlines.at(nowMs() + Math.max(1, isFlushed ? RESET_AFTER_QUIET_MS - quietMs : 1), look)
    }
    look()
  }

  #tellStruck({ kind }: WireVerdict): void {
    this.#isStuck ||= stuck.includes(kind)
    if (this.#struck) return
    this.#struck = true
    this.#options.onStruck()
  }

  /** The client is read from only when the server is there: a refused connection has taken no bytes. */
  #connect(): void {
    const own = this.#ownBuffer('server')
    const reading = own === undefined ? {} : { onread: own.onread }
    const server = connect({ ...this.#options.upstream(), ...reading, allowHalfOpen: true, noDelay: true })
    this.#server = server
    this.#attach('server', server, own)
    server.once('connect', () => {
      this.#up.sink = server
      this.#tapOpened(server)
      this.#options.observe({ what: 'connected' })
      this.#client.resume()
    })
  }

  #attach(side: WireSide, socket: Socket, own: OwnBuffer | undefined): void {
    const flow = this.#from(side)
    if (own === undefined) {
      flow.source = streamed(socket)
      socket.on('data', (chunk: Buffer) => this.#receive(side, chunk))
    } else {
      flow.source = own
      own.socket = socket
    }
    socket.on('end', () => {
      this.#tapEnd(side)
      this.#options.observe({ what: 'end-in', side })
      this.#from(side).end('end')
    })
    socket.on('error', (error: NodeJS.ErrnoException) => this.#fail(side, error))
    socket.on('close', () => this.#sideClosed())
    if (side === 'client') socket.pause()
    else socket.resume()
  }

  #receive(side: WireSide, chunk: Buffer): void {
    this.#lastInMs = nowMs()
    // The reader may keep it: what is lent is copied.
    if (side === 'server') this.#options.tap?.bytes(this.#serverPort, Buffer.from(chunk))
    if (this.#speaker !== side) this.#turns[side] += 1
    this.#speaker = side
    this.#from(side).receive(chunk, this.#turns[side])
    if (this.#forgotten && side === 'client') this.#down.resetSink()
  }

  #tapOpened(server: Socket): void {
    const { tap } = this.#options
    if (tap === undefined) return
    this.#serverPort = server.localPort ?? 0
    tap.opened(this.#serverPort)
  }

  #tapEnd(side: WireSide): void {
    if (side === 'server') this.#options.tap?.end(this.#serverPort)
  }

  #fail(side: WireSide, error: NodeJS.ErrnoException): void {
    // Only the kernel's errors have a syscall; anything else is a mistake in the wire.
    if (error.syscall === undefined) this.#options.onBug(error)
    if (side === 'server' && this.#up.sink === undefined) {
      this.#options.observe({ what: 'refused' })
      this.#down.resetSink()
    } else {
      this.#tapEnd(side)
      this.#options.observe({ what: 'reset-in', side })
      this.#from(side).end('reset')
    }
  }

  #from(side: WireSide): WireFlow {
    return side === 'client' ? this.#up : this.#down
  }

  #sideClosed(): void {
    // After a cut nothing is handed on, so the side that is left would never learn that the other has gone.
    if (this.#wasCut) {
      this.#client.destroy()
      this.#server?.destroy()
    }
    if (this.#client.destroyed && (this.#server === undefined || this.#server.destroyed)) this.#close()
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#deadlines.clear()
    this.flushObservations()
    this.#up.close()
    this.#down.close()
    this.#options.onClosed()
  }
}

function streamed(socket: Socket): Source {
  return {
    hold: () => socket.pause(),
    release: () => socket.resume(),
  }
}
