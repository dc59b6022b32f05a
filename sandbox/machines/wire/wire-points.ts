import type { Rule } from '../shared/rules.ts'
import type { WireName, WireSide } from '../shared/trace.ts'

/** A connection was accepted: the one moment at which the rules decide. What is open already keeps what it got. */
export interface WireEvent {
  readonly wire: WireName
}

/**
 * A byte of one direction. Counting is exact and starts at the first byte of the connection; `turn` and
 * `afterText` move the start.
 */
export interface BytePoint {
  /** This many bytes are handed on first. 0, the default: before the first byte, when it arrives. */
  readonly afterBytes?: number
  /** Counting starts behind this text (latin1): `\r\n\r\n` counts bytes of an HTTP body. */
  readonly afterText?: string
  /**
   * Counting starts when this side speaks for the Nth time (1 is the first), the other side having spoken in
   * between: on a wire that carries plain HTTP/1.1, its Nth message.
   */
  readonly turn?: number
}

/** Bytes that come from this side. */
interface Direction extends BytePoint {
  readonly from: WireSide
}

/** Bytes that come from this side; without `from`, each direction on its own. */
interface AnyDirection extends BytePoint {
  readonly from?: WireSide
}

/**
 * When a connection is struck:
 * - nothing given: at accept, before the wire connects on;
 * - `afterMs`: so long after the accept; until then everything is handed on;
 * - `afterIdleMs` (give it alone): when no byte came from either side for so long;
 * - `from`: at that byte, or `afterMs` later; nothing more from that side is handed on meanwhile.
 */
type Moment = MomentInTime | MomentAtByte

interface MomentInTime {
  readonly afterMs?: number
  readonly afterIdleMs?: number
  // A byte belongs to a direction: without `from`, these would be ignored without a word.
  readonly from?: never
  readonly afterBytes?: never
  readonly afterText?: never
  readonly turn?: never
}

interface MomentAtByte extends Direction {
  readonly afterMs?: number
  readonly afterIdleMs?: never
}

/** What happens to one connection. Another connection never notices. */
export type WireVerdict =
  /** A RST to both sides. It waits 50 ms, so that both know that they are connected and have read what came before. */
  | ({ readonly kind: 'reset' } & Moment)
  /** A FIN to both sides. What they still send is read and dropped, so that the FIN does not become a RST. */
  | ({ readonly kind: 'cut' } & Moment)
  /** Nothing more from either side is handed on: no byte, no FIN, no RST. The wire goes on reading. */
  | ({ readonly kind: 'silence' } & Moment)
  /** The far end forgot the connection: a RST to the server now, and a RST to the client when it next writes. */
  | ({ readonly kind: 'forget' } & Moment)
  /** Nothing more from side `from` is handed on: no byte, no FIN, no RST. The other direction works. */
  | ({ readonly kind: 'stall' } & Direction)
  /** A FIN in the name of side `from`, nothing more from it afterwards. The other direction works. */
  | ({ readonly kind: 'half-cut' } & Direction)
  /**
   * Every byte and the end come later, in order, never early. `jitterMs`: `uniform` (the default) draws from
   * ± jitterMs, `normal` takes it as the standard deviation; the same `seed` draws the same.
   */
  | ({
      readonly kind: 'delay'
      readonly delayMs: number
      readonly jitterMs?: number
      readonly distribution?: 'uniform' | 'normal'
      readonly seed?: number
    } & AnyDirection)
  /** So many bytes per second and direction, by the clock. */
  | ({ readonly kind: 'throttle'; readonly bytesPerSecond: number } & AnyDirection)
  /** Pieces of `bytes` bytes, `delayMs` apart. From 1 ms on, the peer reads each piece by itself. */
  | ({ readonly kind: 'slice'; readonly bytes: number; readonly delayMs: number } & AnyDirection)
  /** The next `bytes` bytes (1 unless given) are XORed with `xor` (1 to 255). The length stays. */
  | ({ readonly kind: 'corrupt'; readonly xor: number; readonly bytes?: number } & Direction)
  /** `text` (latin1) is put in, and the next `removeBytes` bytes are taken out: 0 unless given, `rest` for all. */
  | ({ readonly kind: 'forge'; readonly text: string; readonly removeBytes?: number | 'rest' } & Direction)
  /** The end of this side, FIN or RST, is never handed on: the other side does not learn that it has finished. */
  | { readonly kind: 'swallow-end'; readonly from: WireSide }
  /** The end of this side, FIN or RST, comes `delayMs` later; bytes do not. */
  | { readonly kind: 'delay-end'; readonly from: WireSide; readonly delayMs: number }

/**
 * - `closed`: no socket listens; a connect is refused.
 * - `backlog-full`: the kernel drops every SYN; a connect never ends (Linux only).
 * - `by-family`: at its IPv6 and its IPv4 address the port is one or the other; only where it has both.
 * - `full`: so many connections may be open, and other users have opened as many: a further one is struck at accept.
 * - `open-struck`: every connection that is open when this is armed is struck, once, when no byte came from either
 *   side for `afterIdleMs`; new ones work. It is armed when all of them have been, and their clients know.
 *
 * Except there, connections open already stay.
 */
export type WireState =
  | { readonly kind: 'closed' }
  | { readonly kind: 'backlog-full' }
  | { readonly kind: 'by-family'; readonly ipv6: Reach; readonly ipv4: Reach }
  | {
      readonly kind: 'full'
      readonly connections: number
      readonly strike: 'reset' | 'cut' | 'silence'
    }
  | {
      readonly kind: 'open-struck'
      readonly strike: 'reset' | 'cut' | 'silence' | 'forget'
      readonly afterIdleMs?: number
    }

/** What a connect meets: a connection, a RST (`closed`), or nothing ever (`backlog-full`). */
export type Reach = 'works' | 'refused' | 'silence'

export interface WirePlan {
  readonly rules?: readonly Rule<WireEvent, WireVerdict>[]
  readonly state?: WireState
}
