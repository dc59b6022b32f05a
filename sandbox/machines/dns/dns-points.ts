import type { Rule } from '../shared/rules.ts'

/** One question, as it reached the DNS server. Rules match on these fields. */
export interface DnsEvent {
  /** Lower-cased, without the trailing dot: `api.example.test`. */
  readonly name: string
  /** `A`, `AAAA`, `HTTPS` ... or `TYPE64` (RFC 3597 §5). */
  readonly type: string
  readonly transport: 'udp' | 'tcp'
}

/** What to do with a question. Without any verdict the server answers from its zone. */
export type DnsVerdict =
  | DnsAnswer
  /** Never answered. Over TCP the connection stays open: a stall. */
  | { readonly kind: 'drop' }
  /** The connection ends with a RST or a FIN instead of an answer. Needs `match: { transport: 'tcp' }`. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'end' }

/**
 * The answer to send. `{ kind: 'answer' }` alone is what the zone says; giving `rcode` or `records` replaces
 * that; everything else changes how it is sent. So NODATA is `{ kind: 'answer', records: [] }`, and a
 * truncated answer `{ kind: 'answer', records: [], flags: { tc: 1 } }` with `match: { transport: 'udp' }`.
 */
export interface DnsAnswer {
  readonly kind: 'answer'
  /** Defaults to NOERROR where `records` are given. */
  readonly rcode?: DnsRcode
  /**
   * Defaults to none where `rcode` is given. As from a real server, addresses go only into answers to their
   * own type: an A record is left out of the answer to an AAAA question, which then has no data.
   */
  readonly records?: readonly DnsRecord[]
  /** Puts the zone's own records behind `records`: dead addresses first, then the right one. */
  readonly includeZone?: boolean
  /** Owner of every record that does not name its own. Defaults to the name asked for. */
  readonly owner?: string
  /** An SOA record in the authority section (RFC 2308 §3). Defaults to: where there is no answer to cache. */
  readonly soa?: boolean
  readonly flags?: DnsFlags
  /** The answer carries another id than the question. */
  readonly wrongId?: boolean
  /** The name in the question section; null leaves the section out. Defaults to the question itself. */
  readonly question?: string | null
  /**
   * - `counts`: the header announces 65 535 answers.
   * - `rdlength`: the first record's data runs past the end of the message.
   * - `pointer-loop`: the first record's name is a compression pointer to itself (RFC 1035 §4.1.4).
   *
   * Where there is no record, all of them act as `counts`.
   */
  readonly malformed?: 'counts' | 'rdlength' | 'pointer-loop'
  /** Only the first N bytes of the message are sent. A header alone is 12. */
  readonly cutBytes?: number
  /** The answer leaves this many milliseconds after its question came in. */
  readonly delayMs?: number
}

/** What fits the four bits of the header (RFC 1035 §4.1.1, RFC 2136 §2.2, RFC 8490 §10.2). */
export type DnsRcode =
  | 'NOERROR'
  | 'FORMERR'
  | 'SERVFAIL'
  | 'NXDOMAIN'
  | 'NOTIMP'
  | 'REFUSED'
  | 'YXDOMAIN'
  | 'YXRRSET'
  | 'NXRRSET'
  | 'NOTAUTH'
  | 'NOTZONE'
  | 'DSOTYPENI'

export interface DnsRecord {
  /** Defaults to the answer's `owner`. */
  readonly name?: string
  readonly type: 'A' | 'AAAA' | 'CNAME'
  /** An address, or the name a CNAME points to. */
  readonly value: string
  /** Defaults to 60. */
  readonly ttlSeconds?: number
}

/** Header bits (RFC 1035 §4.1.1). Healthy answers carry qr=1, aa=0, tc=0, ra=1. */
export interface DnsFlags {
  readonly qr?: 0 | 1
  readonly aa?: 0 | 1
  readonly tc?: 0 | 1
  /** With ra=0 an empty answer reads as "this server does not resolve": glibc asks the next one. */
  readonly ra?: 0 | 1
}

/** What holds while armed. */
export type DnsState =
  /** The port is closed, over UDP and over TCP. `tcp-closed`: UDP goes on. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'tcp-closed' }
  /** These names have these addresses instead. It holds whether a client asks or not. */
  | { readonly kind: 'changed'; readonly zone: DnsZone }
  /** Every name leads to another host, which is up and shows a certificate for its own name. */
  | { readonly kind: 'other-host' }
  /** The client's list of resolvers names one before this, and that never answers. Sealed world only. */
  | { readonly kind: 'silent-first' }

/** Rules and a state go together: truncated over UDP, refused over TCP. */
export interface DnsPlan {
  readonly rules?: readonly Rule<DnsEvent, DnsVerdict>[]
  readonly state?: DnsState
}

/** The names that exist, with their addresses. Every other name is NXDOMAIN. */
export type DnsZone = Readonly<
  Record<string, { readonly A?: readonly string[]; readonly AAAA?: readonly string[] }>
>
