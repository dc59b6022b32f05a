import type { ChildProcess } from 'node:child_process'
import type { Socket as UdpSocket } from 'node:dgram'
import type { Server } from 'node:net'
import type { PlaceAddress, SpawnInside, WorldKind } from '../place.ts'
import type { Kernel } from './kernel.ts'

/**
 * What sockets are opened on. On the host's loopback that is this process; in the sealed world a small child inside
 * the clients' namespaces opens them and passes them out. The machines never know which.
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
   * From now on the kernel drops every SYN to `address:port`, so a client sees a connect that never ends: by the packet
   * filter, or by a listener with a full accept queue. `release` undoes it.
   *
   * @param vacate is called where the port must be free, right before it is taken: nothing listens there for a moment.
   *   With the packet filter it is not called, and no client is ever refused.
   */
  fillBacklog(address: string, port: number, vacate: () => void): Promise<FullBacklog>
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

/** The ground that clients live on: which network and files they see. */
export interface ClientGround extends Ground {
  readonly kind: WorldKind
  /** Why this one. */
  readonly reason: string
  /** What faults may need of it and it does not have: `nft`, `ipv6`. */
  readonly lacks: readonly string[]
  /** The kernel of a ground of its own; the portable world shares the host's, which is left alone. */
  readonly kernel?: Kernel
  /** Addresses and ports of a place; those of two places never overlap. `index` counts from 0. */
  addressOf(index: number, ipv6: boolean): PlaceAddress
  /** The command line that runs a command on this ground, seen from the place with this address. */
  enter(address: string, command: string, args: readonly string[]): [command: string, args: readonly string[]]
  /** Starts a process that sees this ground from the place with this address, with a clean environment. */
  spawn(address: string, command: string, args: readonly string[], options: SpawnInside): ChildProcess
  /**
   * What people and programs of theirs enter, on a ground that has an inside: made when it is first asked for, and once
   * for the same writable folders. These are real paths.
   */
  inside?(address: string, writable: readonly string[]): Promise<Inside>
  /** What was written in all of those so far, and goes with them. */
  changes?(): Promise<readonly Change[]>
  close(): Promise<void>
}

/** Where what is typed cannot change the machine. */
export interface Inside {
  /** The words that stand before a command to run it there. */
  readonly enter: readonly [command: string, args: readonly string[]]
  /** Why nothing can be laid over the machine's files here: they are read-only then. Undefined where it can. */
  readonly refused: string | undefined
}

/** A path that was written to, in no writable folder. */
export interface Change {
  readonly kind: 'added' | 'changed' | 'removed'
  readonly path: string
}

export interface Occupation {
  release(): Promise<void>
}

export interface FullBacklog {
  /** What counts the attempts. */
  readonly witness: 'SYN_SENT' | 'nft counter'
  /** How many attempts the kernel has left without an answer so far: sockets in SYN_SENT, or SYNs dropped. */
  unanswered(): Promise<number>
  release(): Promise<void>
}
