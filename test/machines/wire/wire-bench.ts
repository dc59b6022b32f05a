/** A wire with a server behind it for each test of the file that imports this, and the witnesses at both ends. */
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect } from 'vitest'
import { nowMs } from '../../../sandbox/host/clock.ts'
import { LoopbackGround } from '../../../sandbox/host/ground/loopback-ground.ts'
import type { WireObservation } from '../../../sandbox/machines/shared/trace.ts'
import { Wire, type WireOptions } from '../../../sandbox/machines/wire/wire.ts'
import type { WireVerdict } from '../../../sandbox/machines/wire/wire-points.ts'

export const ground = new LoopbackGround()
/** What the wire of the test observed so far. */
export const seen: WireObservation[] = []
export let wire: Wire
export let server: Server
let serverPort: number
let serve: (socket: Socket) => void
const sockets = new Set<Socket>()
const bugs: Error[] = []

/** What the server does with the connections to come; the raw socket there is a witness too. Healthy: an echo. */
export function serveWith(handler: (socket: Socket) => void): void {
  serve = handler
}

/** The server answers each request with this, and keeps the connection. */
export function answerWith(body: string | Buffer): void {
  serveWith((socket) => socket.on('data', () => socket.write(body)))
}

/** The server's end of the next connection, which gets no answer. */
export function nextAtServer(): Promise<Witness> {
  return new Promise((resolve) => serveWith((socket) => resolve(new Witness(socket))))
}

/** The connections that are open at the server. */
export function openAtServer(): Socket[] {
  return [...sockets].filter(({ destroyed, localPort }) => !destroyed && localPort === serverPort)
}

beforeEach(async () => {
  seen.length = 0
  serveWith((socket) => socket.pipe(socket))
  server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket.on('error', () => {}))
    serve(socket)
  })
  serverPort = await ground.listen(server, '127.0.0.1', 0)
  wire = await openWire()
})

/** A wire to the server of the test; one more than `wire` is the test's own to close. */
export function openWire(demands: Partial<WireOptions> = {}): Promise<Wire> {
  return Wire.open({
    name: 'front',
    ground,
    address: '127.0.0.1',
    port: 0,
    upstream: () => ({ host: '127.0.0.1', port: serverPort }),
    observe: (observation) => seen.push(observation as WireObservation),
    onBug: (error) => bugs.push(error),
    ...demands,
  })
}

afterEach(async () => {
  await wire.close()
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  server.close()
  expect(bugs).toEqual([])
})

/** A raw socket that writes down what its kernel tells it, and when. */
export class Witness {
  readonly socket: Socket
  readonly startMs = nowMs()
  readonly reads: { bytes: Buffer; atMs: number }[] = []
  /** `end` for a FIN, an error's code for a RST; undefined while the connection is silent. */
  fate: string | undefined
  fateMs = 0
  readonly #waiting = new Set<() => void>()

  constructor(socket: Socket) {
    this.socket = socket
    sockets.add(socket)
    socket.on('data', (bytes: Buffer) => {
      this.reads.push({ bytes, atMs: nowMs() - this.startMs })
      this.#changed()
    })
    socket.on('end', () => this.#settle('end'))
    socket.on('error', (error: NodeJS.ErrnoException) => this.#settle(error.code ?? error.message))
  }

  get bytes(): Buffer {
    return Buffer.concat(this.reads.map((read) => read.bytes))
  }

  get text(): string {
    return this.bytes.toString('latin1')
  }

  #settle(fate: string): void {
    this.fate = fate
    this.fateMs = nowMs() - this.startMs
    this.#changed()
  }

  #changed(): void {
    for (const look of this.#waiting) look()
  }

  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!isSo()) return
        this.#waiting.delete(look)
        resolve()
      }
      this.#waiting.add(look)
      look()
    })
  }

  untilFate(): Promise<void> {
    return this.until(() => this.fate !== undefined)
  }
}

export const callAt = ({ port }: Wire) =>
  new Witness(connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true }))

export function call(text?: string | Buffer): Witness {
  const witness = callAt(wire)
  if (text !== undefined) witness.socket.write(text)
  return witness
}

/** The silence that proves a stall: long against a loopback round trip. */
export function silence(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 150))
}

export const arm = (verdict: WireVerdict) => wire.arm({ rules: [{ match: {}, verdict }] })
export const observed = (what: WireObservation['what'], side?: 'client' | 'server') =>
  seen.filter((one) => one.what === what && one.side === side)

/**
 * Everything is full: for a silence the wire has read nothing more of the client. The client's socket cannot tell, as
 * Node hands all that waits to the kernel as one write, and counts it when the last byte is gone.
 */
export async function untilFull(): Promise<void> {
  const read = () => {
    wire.flushObservations()
    return observed('in', 'client').at(-1)?.bytes ?? 0
  }
  for (let before = 0; before === 0 || before !== read(); await silence()) before = read()
}
