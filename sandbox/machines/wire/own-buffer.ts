import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net'

/**
 * What a buffer is at first, and what it may become while reads fill it: alone, and where several are read from. What
 * is read at once goes out as one segment, and a flight of TLS is to be one, as where no wire is in between.
 */
const FIRST_BYTES = 16 << 10
const ALONE_BYTES_MAX = 1 << 20
const SHARED_BYTES_MAX = 256 << 10

/** Which buffer was read into last, and how often that was another one than before. */
let last: OwnBuffer | undefined
let turns = 0

/**
 * What a socket reads into, again and again: nothing is allocated for a read, and no stream stands between. What was
 * read is good until the next read: who is not done with it by then holds the socket, or keeps a copy.
 *
 * After as many bytes as the buffer may hold the socket waits for one turn of the event loop: libuv reads up to 32
 * times in a row, and the other connections of this process are to have their turn.
 *
 * Source: Node's net, `onread`.
 */
export class OwnBuffer {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES)
  #socket: Socket | undefined
  #bytesInTurn = 0
  #turnsBefore = turns
  #isWaiting = false
  #isHeld = false
  readonly #take: (chunk: Buffer) => void

  constructor(take: (chunk: Buffer) => void) {
    this.#take = take
  }

  get onread(): OnReadOpts {
    return { buffer: () => this.#bytes, callback: (length) => this.#read(length) }
  }

  set socket(socket: Socket) {
    this.#socket = socket
  }

  /** Called while what was read is taken: nothing more is read until `release`. */
  hold(): void {
    this.#isHeld = true
  }

  release(): void {
    this.#isHeld = false
    if (!this.#isWaiting) this.#socket?.resume()
  }

  #read(length: number): boolean {
    if (last !== this) turns += 1
    last = this
    const chunk = this.#bytes.subarray(0, length)
    const most = turns - this.#turnsBefore <= 1 ? ALONE_BYTES_MAX : SHARED_BYTES_MAX
    if (length === this.#bytes.length && length < most)
      this.#bytes = Buffer.allocUnsafe(Math.min(most, 4 * length))
    this.#take(chunk)
    this.#bytesInTurn += length
    if (this.#bytesInTurn >= most) this.#wait()
    return !this.#isHeld && !this.#isWaiting
  }

  #wait(): void {
    this.#bytesInTurn = 0
    this.#turnsBefore = turns
    this.#isWaiting = true
    setImmediate(() => {
      this.#isWaiting = false
      if (!this.#isHeld) this.#socket?.resume()
    })
  }
}

/** What Node's net keeps for itself (lib/net.js). */
interface Internals {
  _handle: object | null
  _server: unknown
  server: unknown
}

/** Whether this Node lets an accepted connection have a buffer of its own: its way there is not documented. */
export function isAdoptable(accepted: Socket): boolean {
  const { _handle: handle } = accepted as unknown as Internals
  return typeof handle === 'object' && handle !== null && 'useUserBuffer' in handle
}

/**
 * The connection of a socket that was accepted, paused and not read from, as one that reads into a buffer of its own:
 * a server cannot be told to accept such. The socket that is given is of no use afterwards.
 */
export function adopted(accepted: Socket, onread: OnReadOpts): Socket {
  const inside = accepted as unknown as Internals
  const options = { handle: inside._handle, onread, allowHalfOpen: true, pauseOnCreate: true }
  const socket = new Socket(options as SocketConstructorOpts)
  Object.assign(socket, { server: inside.server, _server: inside._server })
  inside._handle = null
  return socket
}
