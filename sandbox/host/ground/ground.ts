import type { Socket as UdpSocket } from 'node:dgram'
import type { Server } from 'node:net'

/**
 * Where sockets get opened. In the portable world that is this process; in the sealed world a small child
 * inside the clients' namespaces opens them and passes them out. The machines never know which.
 */
export interface Ground {
  /**
   * Makes `server` listen on `address:port` (0 means any free port) and returns the port.
   * @throws Error with `code` EADDRINUSE when the port is taken.
   */
  listen(server: Server, address: string, port: number): Promise<number>
  /** A UDP socket bound to `address:port` (0 means any free port). Same errors. */
  bindUdp(address: string, port: number): Promise<UdpSocket>
  /**
   * From now on the kernel drops every SYN to `address:port`, so a client sees a connect that never ends: by a
   * listener whose accept queue is full, or by the packet filter. The port must be free. `release` undoes it.
   */
  fillBacklog(address: string, port: number): Promise<FullBacklog>
  /** Opens so many TCP connections from where the clients are, as other users would, and keeps them until released. */
  occupy(address: string, port: number, connections: number): Promise<Occupation>
  /**
   * Opens a TCP connection from where the clients are and drops it at once. Resolves to `connected`, or to the
   * code of the error (`ECONNREFUSED`). The witness that a port is really closed.
   */
  probe(address: string, port: number): Promise<string>
  /** Sets the resolvers that the client of `address` asks, in this order. Only where that list is ours. */
  useResolvers?(client: string, resolvers: readonly string[]): void
}

export interface Occupation {
  release(): Promise<void>
}

export interface FullBacklog {
  /** Who counts the attempts. */
  readonly witness: 'SYN_SENT' | 'nft counter'
  /** How many attempts the kernel has left without an answer so far: sockets in SYN_SENT, or SYNs dropped. */
  unanswered(): Promise<number>
  release(): Promise<void>
}
