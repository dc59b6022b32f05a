import type { Socket } from 'node:net'
import { crc32 } from 'node:zlib'
import { nowMs } from '../../host/clock.ts'
import { Deadlines } from '../../host/deadlines.ts'
import { resetSocket } from '../../host/reset-socket.ts'
import type { WireObservation, WireSide } from '../shared/trace.ts'
import type { ByteMark } from './wire-mark.ts'
import type { Shape } from './wire-shape.ts'

/** What one connection reports about itself; the wire adds its own name and the connection's number. */
export type Seen = Omit<WireObservation, 'machine' | 'wire' | 'connection'>

/** Where the bytes of a direction are read. */
export interface Source {
  hold(): void
  release(): void
}

interface FlowOptions {
  readonly from: WireSide
  /** Whether what comes in is to be compared with what goes out. */
  readonly isCompared: boolean
  /** What is received is good until the next is, and no longer: what has to wait is copied. */
  readonly isLent: boolean
  readonly observe: (seen: Seen) => void
  /** From which byte on `shape` or `onMark` applies; without it, from the start. */
  readonly mark?: ByteMark | undefined
  readonly shape?: Shape | undefined
  /** The mark was reached: everything before it has been queued, nothing after it will be. */
  readonly onMark?: (() => void) | undefined
}

interface Item {
  readonly what: 'bytes' | 'end' | 'reset'
  readonly bytes: Buffer
  readonly dueMs: number
  readonly gapMs?: number | undefined
}

/** What may wait in one direction before the wire stops reading: back-pressure is kept, memory is bounded. */
const QUEUED_BYTES_MAX = 1 << 20
const QUEUED_ITEMS_MAX = 1_024
/** What a wait must add before it is told between the totals: handing on takes a moment, too. */
const TOLD_HELD_MS = 10
const nothing = Buffer.alloc(0)

/** One direction of a connection: counts what arrives, shapes it, and hands it on in order and in time. */
export class WireFlow {
  source: Source | undefined
  sink: Socket | undefined
  /** When the last byte was handed on. */
  lastOutMs = 0
  readonly #options: FlowOptions
  readonly #to: WireSide
  #inSum = 0
  #outSum = 0
  #mark: ByteMark | undefined
  #queue: Item[] = []
  #queuedBytes = 0
  readonly #deadlines = new Deadlines()
  #stopped = false
  #isHeld = false
  #inBytes = 0
  #outBytes = 0
  /** Since when something here waits, for its time or for a sink that takes no more; how long something has. */
  #heldSinceMs: number | undefined
  #heldMs = 0
  /** Of this time, that in which its own time had come and the sink took no more. */
  #unreadSinceMs: number | undefined
  #unreadMs = 0
  #told = { in: 0, out: -1, heldMs: 0 }

  constructor(options: FlowOptions) {
    this.#options = options
    this.#to = options.from === 'client' ? 'server' : 'client'
    this.#mark = options.mark
  }

  /** Everything received so far has been given to the kernel. */
  get isFlushed(): boolean {
    return this.#queue.length === 0 && (this.sink?.destroyed !== false || this.sink.writableLength === 0)
  }

  receive(chunk: Buffer, turn: number): void {
    const arrivedMs = nowMs()
    const first = this.#inBytes === 0
    this.#inBytes += chunk.length
    if (this.#options.isCompared) this.#inSum = crc32(chunk, this.#inSum)
    if (first) this.#observeIn()
    if (this.#stopped) return
    if (this.#canPassOn) this.#write(chunk, arrivedMs)
    else this.#queueUp(this.#options.isLent ? Buffer.from(chunk) : chunk, turn, arrivedMs)
    if (this.isFlushed) return
    const held = this.#heldSinceMs
    this.#pump()
    // They have waited since they arrived, however long it took to look at them.
    if (held === undefined && this.#heldSinceMs !== undefined) this.#heldSinceMs = arrivedMs
  }

  /** Nothing shapes what comes, and nothing is before it. */
  get #canPassOn(): boolean {
    const isPlain = this.#mark === undefined && this.#options.shape === undefined
    return isPlain && this.sink !== undefined && this.isFlushed
  }

  #queueUp(chunk: Buffer, turn: number, arrivedMs: number): void {
    const before = this.#mark === undefined ? 0 : this.#mark.find(chunk, turn)
    this.#pushBytes(chunk.subarray(0, before), arrivedMs)
    if (before !== undefined) this.#passMark(chunk.subarray(before), arrivedMs)
  }

  #passMark(rest: Buffer, arrivedMs: number): void {
    this.#mark = undefined
    const { shape, onMark } = this.#options
    if (onMark !== undefined) {
      this.stop()
      this.#pump()
      onMark()
    } else if (shape !== undefined) {
      for (const { bytes, dueMs, gapMs } of shape.bytes(rest, arrivedMs)) this.#pushBytes(bytes, dueMs, gapMs)
    } else {
      this.#pushBytes(rest, arrivedMs)
    }
  }

  /** The source has ended, by FIN or RST: it goes the same way as the bytes before it, and behind them. */
  end(what: 'end' | 'reset'): void {
    if (this.#stopped) return
    const shape = this.#mark === undefined ? this.#options.shape : undefined
    const dueMs = shape === undefined ? 0 : shape.end(nowMs())
    if (dueMs === undefined) return
    this.#queue.push({ what, bytes: nothing, dueMs })
    this.#pump()
  }

  /** From now on what arrives is read and dropped. What waits already is still handed on. */
  stop(): void {
    this.#stopped = true
  }

  /** Sends a FIN of the wire's own, behind what waits. */
  cut(): void {
    this.stop()
    this.#queue.push({ what: 'end', bytes: nothing, dueMs: 0 })
    this.#pump()
  }

  /** Sends a RST to the sink, now. */
  resetSink(): void {
    if (this.sink === undefined || this.sink.destroyed) return
    resetSocket(this.sink)
    this.#observeOut('reset-out')
  }

  close(): void {
    this.#deadlines.clear()
    this.#release()
    this.#queue = []
    this.#stopped = true
  }

  /** Tells the totals, where they have grown since they were last told. */
  flushObservations(): void {
    if (this.#inBytes === 0 && this.#outBytes === 0) return
    if (this.#told.in !== this.#inBytes) this.#observeIn()
    if (this.#told.out !== this.#outBytes || this.#untoldHeldMs >= TOLD_HELD_MS) this.#observeOut('out')
  }

  #pushBytes(bytes: Buffer, dueMs: number, gapMs?: number): void {
    if (bytes.length === 0) return
    this.#queue.push({ what: 'bytes', bytes, dueMs, gapMs })
    this.#queuedBytes += bytes.length
  }

  #pump = (): void => {
    for (let item = this.#queue[0]; item !== undefined; item = this.#queue[0]) {
      if (this.#mustWait(item)) break
      this.#queue.shift()
      this.#handOn(item)
    }
    this.#noteUnread()
    if (!this.isFlushed) this.#heldSinceMs ??= nowMs()
    else this.#release()
    this.#steerSource()
  }

  /** Whether it is the sink that is waited for, from now on. */
  #noteUnread(): void {
    const [next] = this.#queue
    const isUnread = !this.isFlushed && (next === undefined || this.#momentOf(next) <= nowMs())
    this.#unreadMs = this.#unreadSoFarMs
    this.#unreadSinceMs = isUnread && this.sink !== undefined ? nowMs() : undefined
  }

  get #unreadSoFarMs(): number {
    return this.#unreadMs + (this.#unreadSinceMs === undefined ? 0 : nowMs() - this.#unreadSinceMs)
  }

  /** Nothing waits any more. */
  #release(): void {
    this.#heldMs = this.#heldSoFarMs
    this.#heldSinceMs = undefined
    if (this.#untoldHeldMs >= TOLD_HELD_MS) this.#observeOut('out')
  }

  get #heldSoFarMs(): number {
    return this.#heldMs + (this.#heldSinceMs === undefined ? 0 : nowMs() - this.#heldSinceMs)
  }

  get #untoldHeldMs(): number {
    return this.#heldSoFarMs - this.#told.heldMs
  }

  /** A full sink pumps when it has written. */
  #mustWait(item: Item): boolean {
    const sink = this.sink
    if (sink === undefined) return true
    const written = item.what === 'bytes' ? !sink.writableNeedDrain : sink.writableLength === 0
    if (!written && !sink.destroyed) return true
    const momentMs = this.#momentOf(item)
    if (momentMs <= nowMs()) return false
    this.#deadlines.clear()
    this.#deadlines.at(momentMs, this.#pump)
    return true
  }

  /** When its time comes. */
  #momentOf({ dueMs, gapMs = 0 }: Item): number {
    return Math.max(dueMs, this.lastOutMs + gapMs)
  }

  #handOn(item: Item): void {
    this.#queuedBytes -= item.bytes.length
    switch (item.what) {
      case 'bytes':
        this.#write(item.bytes, nowMs())
        break
      case 'end':
        this.#endSink()
        break
      case 'reset':
        this.resetSink()
        break
      default:
        item.what satisfies never
    }
  }

  #endSink(): void {
    if (!this.sink?.writable) return
    this.sink.end()
    this.#observeOut('end-out')
  }

  #write(bytes: Buffer, atMs: number): void {
    if (!this.sink?.writable) return
    this.sink.write(bytes, this.#onWritten)
    this.#outBytes += bytes.length
    if (this.#options.isCompared) this.#outSum = this.#sumWith(bytes)
    this.lastOutMs = atMs
    if (this.#outBytes === bytes.length) {
      this.#options.observe({ what: 'out', side: this.#to, bytes: this.#outBytes })
    }
  }

  /** Where all goes on as it came, the sum is known already. */
  #sumWith(bytes: Buffer): number {
    const { mark, shape } = this.#options
    const isAsItCame = mark === undefined && shape === undefined && this.#outBytes === this.#inBytes
    return isAsItCame ? this.#inSum : crc32(bytes, this.#outSum)
  }

  #onWritten = (): void => {
    if (this.#heldSinceMs !== undefined) this.#pump()
  }

  #steerSource(): void {
    const isFull = this.#queuedBytes > QUEUED_BYTES_MAX || this.#queue.length > QUEUED_ITEMS_MAX
    const isUnwritten = this.#options.isLent ? !this.isFlushed : this.sink?.writableNeedDrain === true
    const mustHold = !this.#stopped && (isFull || isUnwritten)
    if (mustHold === this.#isHeld) return
    this.#isHeld = mustHold
    if (mustHold) this.source?.hold()
    else this.source?.release()
  }

  #observeIn(): void {
    this.#told.in = this.#inBytes
    this.#options.observe({
      what: 'in',
      side: this.#options.from,
      bytes: this.#inBytes,
      ...(this.#options.isCompared && { crc32: this.#inSum }),
    })
  }

  #observeOut(what: 'out' | 'end-out' | 'reset-out'): void {
    const heldMs = this.#heldSoFarMs
    const unreadMs = this.#unreadSoFarMs
    this.#told = { ...this.#told, out: this.#outBytes, heldMs }
    this.#options.observe({
      what,
      side: this.#to,
      bytes: this.#outBytes,
      ...(this.#options.isCompared && { crc32: this.#outSum }),
      ...(heldMs === 0 ? {} : { heldMs }),
      ...(unreadMs === 0 ? {} : { unreadMs }),
    })
  }
}
