import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { BlockList, connect, isIP, isIPv6, type Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import { compileAddressPattern } from '../address-pattern.ts'
import type { FullBacklog, Ground, Occupation } from './ground.ts'

/** A loopback connect that takes longer has no answer: a full backlog, for example. */
const PROBE_WAITS_MS = 1_000

compileAddressPattern()

/**
 * The host's loopback as a ground: sockets of this process, on loopback addresses only, so that nothing the
 * sandbox breaks can be reached from another host.
 */
export class LoopbackGround implements Ground {
  readonly #reachable: BlockList

  /** @param reachable where sockets may be opened: inside namespaces there is more than loopback. */
  constructor(reachable: BlockList = loopbackAddresses()) {
    this.#reachable = reachable
  }

  async listen(server: Server, address: string, port: number): Promise<number> {
    this.#assertReachable(address)
    await opened(server, address, port, () => server.listen({ host: address, port }))
    return boundPort(server.address())
  }

  async bindUdp(address: string, port: number): Promise<UdpSocket> {
    this.#assertReachable(address)
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
    try {
      await opened(socket, address, port, () => socket.bind({ address, port }))
    } catch (error) {
      socket.close()
      throw error
    }
    return socket
  }

  async fillBacklog(address: string, port: number, vacate: () => void): Promise<FullBacklog> {
    this.#assertReachable(address)
    const { fillBacklog } = await import('./full-backlog.ts')
    return await fillBacklog(address, port, vacate)
  }

  async occupy(address: string, port: number, connections: number): Promise<Occupation> {
    this.#assertReachable(address)
    const sockets = Array.from({ length: connections }, () => connect({ host: address, port }))
    const release = async () => {
      for (const socket of sockets) socket.destroy()
    }
    try {
      await Promise.all(sockets.map((socket) => once(socket, 'connect')))
    } catch (error) {
      await release()
      throw error
    }
    // A server that ends one of them has made room; nothing else follows from it.
    for (const socket of sockets) socket.on('error', () => {})
    return { release }
  }

  async probe(address: string, port: number): Promise<string> {
    this.#assertReachable(address)
    return probe(address, port)
  }

  /** @throws Error when `address` is not the literal of an IP address that is ours. */
  #assertReachable(address: string): void {
    const family = isIP(address)
    if (family !== 0 && this.#reachable.check(address, family === 6 ? 'ipv6' : 'ipv4')) return
    throw new Error(
      `ground: will not open ${JSON.stringify(address)}: expected a loopback address. Use one of 127.0.0.0/8, or ::1.`,
    )
  }
}

/** Resolves to `connected`, `ETIMEDOUT` after one second without an answer, or the code of the error. */
export function probe(address: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: PROBE_WAITS_MS })
    const done = (result: string) => {
      socket.destroy()
      resolve(result)
    }
    socket.once('connect', () => done('connected'))
    socket.once('timeout', () => done('ETIMEDOUT'))
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message))
  })
}

/** 127.0.0.0/8 (RFC 1122 §3.2.1.3) and ::1 (RFC 4291 §2.5.3). */
export function loopbackAddresses(): BlockList {
  const addresses = new BlockList()
  addresses.addSubnet('127.0.0.0', 8, 'ipv4')
  addresses.addAddress('::1', 'ipv6')
  return addresses
}

/** Whether this host, or the namespace this process is in, speaks IPv6 with itself. */
export function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((cards) => cards?.some(({ address }) => address === '::1'))
}

function opened(
  socket: Server | UdpSocket,
  address: string,
  port: number,
  open: () => unknown,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      socket.off('listening', onListening)
      const hint = error.code === 'EADDRINUSE' ? ' Free the port, or use port 0.' : ''
      const message = `ground: cannot open ${address}:${port} (${error.code ?? error.message}).${hint}`
      reject(Object.assign(new Error(message, { cause: error }), { code: error.code }))
    }
    const onListening = () => {
      socket.off('error', onError)
      resolve()
    }
    socket.once('error', onError)
    socket.once('listening', onListening)
    open()
  })
}

function boundPort(bound: ReturnType<Server['address']>): number {
  if (bound === null || typeof bound === 'string') throw new Error('ground: the server has no TCP address')
  return bound.port
}
