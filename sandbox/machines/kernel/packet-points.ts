/** Which way a packet travels: from the client to the server, or back. */
export type PacketDirection = 'to-server' | 'to-client'

/** How the kernel turns a packet away: with a RST, or an ICMP error (RFC 792, RFC 1812 §5.2.7.1). */
export type Rejection =
  | 'tcp-reset'
  | 'host-unreachable'
  | 'net-unreachable'
  | 'port-unreachable'
  | 'admin-prohibited'

/** Which packets between the client and its front door, and what the kernel does with them. */
export interface PacketRule {
  readonly direction: PacketDirection
  /** `syn`: those that open a connection. `established`: those of an open one. Default: all. */
  readonly only?: 'syn' | 'established'
  /** Only packets larger than this, IP header included. */
  readonly largerThanBytes?: number
  /** Only the first so many. */
  readonly first?: number
  /** Of every so many packets instead, `burst` in a row (default 1). Counted, not drawn: the same each time. */
  readonly every?: number
  readonly burst?: number
  /** With this probability instead, in percent: drawn by the kernel, which takes no seed. */
  readonly chancePercent?: number
  /** Default: it vanishes. */
  readonly reject?: Rejection
}

/** The kernel's packet filter while armed. Sealed world only, with nft. */
export interface PacketPlan {
  readonly rules?: never
  readonly state: { readonly kind: 'packets'; readonly rules: readonly PacketRule[] }
}
