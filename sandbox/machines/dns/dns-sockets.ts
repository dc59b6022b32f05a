import type { RemoteInfo, Socket as UdpSocket } from 'node:dgram'
import { createServer, type Server, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Ground } from '../../host/ground/ground.ts'
import { resetSocket } from '../../host/reset-socket.ts'

export type Transport = 'udp' | 'tcp'

/** The way back to the sender of a message. */
export interface DnsPeer {
  readonly transport: Transport
  /** False once the connection is gone: nothing can be sent any more. */
  readonly isThere: () => boolean
  send(message: Buffer): void
  /** RST and FIN; only a connection has them. */
  reset(): void
  end(): void
}

export interface DnsSocketsOptions {
  readonly ground: Ground
  readonly address: string
  /** 0 means any free one. */
  readonly port: number
  readonly onMessage: (message: Buffer, peer: DnsPeer) => void
  readonly onBug: (error: Error) => void
}

/** With port 0 the kernel gives a UDP port. Its TCP twin may be taken; then the next one is tried. */
const twinAttemptsMax = 20

/** A client that asks from the port we just closed holds it for the length of one question. */
const reopenAttemptsMax = 50
const reopenPauseMs = 20

const probeMsMax = 500

/**
 * The UDP socket and the TCP listener of a DNS server, on one port number: a client that gets a truncated
 * answer over UDP asks the same port over TCP. Either can be closed and opened again.
 */
export class DnsSockets {
  readonly #options: DnsSocketsOptions
  #port = 0
  #udp: UdpSocket | undefined
  #tcp: Server | undefined
  readonly #connections = new Set<Socket>()
  #isClosed = false

  private constructor(options: DnsSocketsOptions) {
    this.#options = options
  }

  /** @throws Error with `code` EADDRINUSE where the port is taken. */
  static async open(options: DnsSocketsOptions): Promise<DnsSockets> {
    const sockets = new DnsSockets(options)
    const attemptsMax = options.port === 0 ? twinAttemptsMax : 1
    for (let attempt = 1; ; attempt += 1) {
      try {
        await sockets.#openUdp(options.port)
        await sockets.#openTcp()
        return sockets
      } catch (error) {
        await sockets.#closeUdp()
        if (!isTaken(error) || attempt === attemptsMax) throw error
      }
    }
  }

  get port(): number {
    return this.#port
  }

  /** Opens and closes until exactly these transports are open. Safe to repeat after it threw. */
  async keepOpen(wanted: readonly Transport[]): Promise<void> {
    if (!wanted.includes('tcp')) await this.#closeTcp()
    if (!wanted.includes('udp')) await this.#closeUdp()
    if (wanted.includes('udp') && this.#udp === undefined) await this.#reopen(() => this.#openUdp(this.#port))
    if (wanted.includes('tcp') && this.#tcp === undefined) await this.#reopen(() => this.#openTcp())
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.keepOpen([])
  }

  /** Knocks, from where the clients are: true where the kernel refuses with ECONNREFUSED. */
  async isShut(transport: Transport): Promise<boolean> {
    if (transport === 'udp') return await this.#isUdpShut()
    const { ground, address } = this.#options
    return (await ground.probe(address, this.#port)) === 'ECONNREFUSED'
  }

  /** Asks over UDP, from where the clients are; undefined where no answer comes. */
  async ask(message: Buffer): Promise<Buffer | undefined> {
    const asker = await this.#options.ground.bindUdp(this.#options.address, 0)
    const answer = await new Promise<Buffer | undefined>((resolve) => {
      const timer = setTimeout(resolve, probeMsMax, undefined)
      asker.once('message', (received) => {
        clearTimeout(timer)
        resolve(received)
      })
      asker.send(message, this.#port, this.#options.address)
    })
    await new Promise<void>((resolve) => asker.close(resolve))
    return answer
  }

  async #openUdp(port: number): Promise<void> {
    const { ground, address, onMessage, onBug } = this.#options
    const udp = await ground.bindUdp(address, port)
    this.#udp = udp
    this.#port = udp.address().port
    const isOpen = () => this.#udp === udp
    udp.on('error', (error) => {
      if (isOpen()) onBug(error)
    })
    udp.on('message', (message, from) => onMessage(message, new DatagramPeer(udp, from, isOpen)))
  }

  async #openTcp(): Promise<void> {
    const { ground, address, onBug } = this.#options
    const tcp = createServer({ noDelay: true }, (socket) => this.#accept(socket))
    await ground.listen(tcp, address, this.#port)
    tcp.on('error', onBug)
    this.#tcp = tcp
  }

  #accept(socket: Socket): void {
    this.#connections.add(socket)
    const peer: DnsPeer = {
      transport: 'tcp',
      isThere: () => socket.writable,
      send: (answer) => socket.write(framed(answer)),
      reset: () => resetSocket(socket),
      end: () => socket.end(),
    }
    let bytes: Buffer = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk])
      for (let end = frameEnd(bytes); end !== undefined; end = frameEnd(bytes)) {
        const message = bytes.subarray(2, end)
        bytes = bytes.subarray(end)
        this.#options.onMessage(message, peer)
      }
    })
    // A client may reset its connection whenever it likes: `close` follows and says all there is to say.
    socket.on('error', () => {})
    socket.on('close', () => this.#connections.delete(socket))
  }

  async #reopen(open: () => Promise<void>): Promise<void> {
    for (let attempt = 1; !this.#isClosed; attempt += 1) {
      try {
        return await open()
      } catch (error) {
        if (!isTaken(error) || attempt === reopenAttemptsMax) throw error
        await pause(reopenPauseMs)
      }
    }
  }

  async #closeUdp(): Promise<void> {
    const udp = this.#udp
    this.#udp = undefined
    if (udp !== undefined) await new Promise<void>((resolve) => udp.close(resolve))
  }

  /** An idle client would keep a listener from closing for as long as it likes, so connections are ended too. */
  async #closeTcp(): Promise<void> {
    const tcp = this.#tcp
    this.#tcp = undefined
    for (const socket of this.#connections) socket.destroy()
    if (tcp !== undefined) await new Promise<void>((resolve) => tcp.close(() => resolve()))
  }

  /** Only a connected UDP socket is told of the ICMP "port unreachable". */
  async #isUdpShut(): Promise<boolean> {
    const probe = await this.#options.ground.bindUdp(this.#options.address, 0)
    const isRefused = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(resolve, probeMsMax, false)
      const settle = (error: Error | null) => {
        if (error === null) return
        clearTimeout(timer)
        resolve('code' in error && error.code === 'ECONNREFUSED')
      }
      probe.on('error', settle)
      probe.connect(this.#port, this.#options.address, () => probe.send('?', settle))
    })
    await new Promise<void>((resolve) => probe.close(resolve))
    return isRefused
  }
}

/** Who sent a datagram. An error of what is sent is the socket's. */
class DatagramPeer implements DnsPeer {
  readonly transport = 'udp'
  readonly #udp: UdpSocket
  readonly #from: RemoteInfo
  readonly isThere: () => boolean

  constructor(udp: UdpSocket, from: RemoteInfo, isOpen: () => boolean) {
    this.#udp = udp
    this.#from = from
    this.isThere = isOpen
  }

  send(answer: Buffer): void {
    this.#udp.send(answer, this.#from.port, this.#from.address)
  }

  reset(): never {
    return noConnection()
  }

  end(): never {
    return noConnection()
  }
}

/** A message over TCP comes behind its length in two bytes (RFC 1035 §4.2.2). */
function framed(message: Buffer): Buffer {
  const frame = Buffer.alloc(2 + message.length)
  frame.writeUInt16BE(message.length)
  message.copy(frame, 2)
  return frame
}

/** Where the first message in `bytes` ends; undefined while it is not all there. */
function frameEnd(bytes: Buffer): number | undefined {
  if (bytes.length < 2) return undefined
  const end = 2 + bytes.readUInt16BE(0)
  return end <= bytes.length ? end : undefined
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}

function noConnection(): never {
  throw new Error('DNS server: a datagram has no connection to end')
}
