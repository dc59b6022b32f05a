/**
 * What crossed the border of a machine: only what an observer at that border could see. No observation may
 * carry anything that only the injected fault knows: the diagnosis is worked out from these alone.
 */
export type Observation =
  | ClientObservation
  | DnsObservation
  | WireObservation
  | TlsObservation
  | GatewayObservation
  | ApiObservation
  | ProcessObservation
  | KernelObservation

/** An observation with its time on the one clock, and the front door (so: the client) it belongs to. */
export type TraceEvent = Observation & { readonly atMs: number; readonly door: string }

/**
 * Machines call this for everything they see. The door is bound where the machine is wired. A machine gives
 * `atMs`, on the same clock, for what was seen in another process.
 */
export type Observe = (observation: Observation, atMs?: number) => void

/** What the client itself noticed, step by step. A client that cannot say so (curl) leaves them out. */
export interface ClientObservation {
  readonly machine: 'client'
  readonly what:
    | 'request'
    | 'lookup'
    | 'looked-up'
    | 'lookup-failed'
    | 'connect'
    | 'connected'
    | 'secured'
    | 'sent'
    | 'head'
    | 'body'
    | 'used'
    | 'failed'
  /** `GET https://api.example.test/users (authorization)` for request; `127.0.0.1:443` for connect; an error code for failures. */
  readonly detail?: string
}

export interface DnsObservation {
  readonly machine: 'dns'
  readonly what: 'question' | 'answer'
  readonly name: string
  /** `A`, `AAAA`, `HTTPS` ... or `TYPE64`. */
  readonly type: string
  readonly transport: 'udp' | 'tcp'
  /** On an answer: `NOERROR`, `NXDOMAIN` ... (RFC 1035 §4.1.1). */
  readonly rcode?: string
  /** On an answer: each record as text, `A 127.0.0.1`. */
  readonly records?: readonly string[]
  /** On an answer: what a comparison of its bytes with the question shows. Left out where it shows nothing. */
  readonly flaws?: readonly DnsFlaw[]
}

/** `other-owner`: a record belongs neither to the name asked for nor to one that its CNAMEs lead to. */
export type DnsFlaw =
  | 'truncated'
  | 'malformed'
  | 'not-an-answer'
  | 'other-id'
  | 'other-question'
  | 'other-owner'

/**
 * `front`: what the client connects to. `inner`: inside TLS. `database`: between the API and Postgres. `plain` and
 * `tools`: for a person's own tools in the sealed world, HTTP without TLS and psql.
 */
export type WireName = 'front' | 'inner' | 'database' | 'plain' | 'tools'

/** What the kernel of the sealed world counted of this door's own packets during the call. */
export interface KernelObservation {
  readonly machine: 'kernel'
  readonly what: 'lost'
  /** They set out, from either side, and did not arrive. */
  readonly packets: number
}

/** `client` is the side that opened the connection, `server` the side the wire connects on to. */
export type WireSide = 'client' | 'server'

export interface WireObservation {
  readonly machine: 'wire'
  readonly wire: WireName
  readonly connection: number
  /**
   * - `accepted`: a connection came in. `connected`: the wire reached the server. `refused`: it did not.
   * - `in`: bytes arrived from `side`. `out`: bytes were handed on to `side` (first chunk and totals only).
   * - `end-in`, `reset-in`: a FIN, a RST arrived from `side`. `end-out`, `reset-out`: one was sent to `side`.
   */
  readonly what:
    | 'accepted'
    | 'connected'
    | 'refused'
    | 'in'
    | 'out'
    | 'end-in'
    | 'reset-in'
    | 'end-out'
    | 'reset-out'
  readonly side?: WireSide
  /** On accepted: where the client met the wire. */
  readonly address?: string
  /** Total so far in that direction. */
  readonly bytes?: number
  /** CRC-32 of all bytes of that direction so far; not on the first `out`, and only where it is asked for. */
  readonly crc32?: number
  /**
   * On what goes out: how long something of that direction has waited here so far between its arrival and the
   * moment it was handed on, whatever the reason.
   */
  readonly heldMs?: number
  /** Of this, how long because the receiver took no more: a browser that is busy, an app that does not read. */
  readonly unreadMs?: number
}

export interface TlsObservation {
  readonly machine: 'tls'
  readonly what: 'accepted' | 'hello' | 'secured' | 'failed' | 'end'
  readonly connection: number
  /** From the ClientHello (RFC 6066 §3). */
  readonly serverName?: string
  /** What was served, as a client sees it. */
  readonly certificate?: ServedCertificate
  /** On secured: it resumed the session of an earlier connection, so no certificate was shown. */
  readonly resumed?: true
  /** On failed: what this side's TLS stack said, `ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED`, `ECONNRESET`. */
  readonly code?: string
  /** On failed: the client ended the connection, by FIN or RST, when neither side had sent an alert or an end. */
  readonly isLeft?: true
}

/** A certificate chain as it went over the wire. */
export interface ServedCertificate {
  /** SHA-256 of each certificate, leaf first (first 16 hex digits). They differ between runs, not within one. */
  readonly digests: readonly string[]
  /** Of the leaf, the first few. */
  readonly names: readonly string[]
  /** Whose certificates were sent behind the leaf, in that order, the first few. */
  readonly signers: readonly string[]
  /** Who signed the last one that was sent. */
  readonly issuer: string
  /** ISO times between which every certificate of the chain is valid: the narrowest window. */
  readonly notBefore: string
  readonly notAfter: string
  /** The first of the chain that was not in its time when it was served; left out where all were. */
  readonly untimely?: UntimelyCertificate
}

export interface UntimelyCertificate {
  /** Whose it is; left out for the leaf. */
  readonly signer?: string
  /** ISO time, as on the certificate: one of the two. */
  readonly ended?: string
  readonly begins?: string
}

export interface GatewayObservation {
  readonly machine: 'gateway'
  /**
   * - `request`: its head came. `received`: all of it, as its head announces.
   * - `handed-on`: the API is asked. `upstream-response`: the head of its answer came. `upstream-failed`: it gave none,
   *   or not all of it; `code` says why.
   * - `own-answer`: the gateway answers by itself; `code` says why.
   * - `left`: a reply as its bytes are, read behind the gateway. `response`: the gateway has written all of its reply.
   */
  readonly what:
    | 'request'
    | 'received'
    | 'handed-on'
    | 'upstream-response'
    | 'upstream-failed'
    | 'own-answer'
    | 'left'
    | 'response'
    | 'aborted'
  readonly request: string
  readonly method?: string
  readonly path?: string
  readonly status?: number
  readonly code?: string
  /** Of the API's answer and of what left: a digest of the headers, but for those of one hop, of framing and the date. */
  readonly headers?: string
  /** Of what left: a digest of the body, decoded. */
  readonly digest?: string
  /** Of what left: in what it is not what its own head says. Left out where there is nothing. */
  readonly flaws?: readonly ReplyFlaw[]
}

/**
 * - `bad-head`: no status line, or no header line (RFC 9112 §4, §5). `two-lengths`, `length-and-chunks`: §6.3.
 * - `bad-chunk`: §7.1. `too-short`: less came than the head promises. `unasked`: bytes behind the last reply.
 * - `not-decodable`: not in its Content-Encoding. `not-its-type`: JSON that is none.
 */
export type ReplyFlaw =
  | 'bad-head'
  | 'two-lengths'
  | 'length-and-chunks'
  | 'bad-chunk'
  | 'too-short'
  | 'unasked'
  | 'not-decodable'
  | 'not-its-type'

/** The API's process, seen from outside it, or by its own clock. */
export interface ProcessObservation {
  readonly machine: 'process'
  /**
   * - `ended`: it is gone; `code` is its exit code or the signal.
   * - `stopped`: the kernel does not run it (SIGSTOP).
   * - `closing`: it stopped listening, and serves what is in flight.
   * - `busy`: its event loop did not turn for `busyMs`, which ended now; without it, it does not turn now.
   * - `awake`, `absent`: it answers, or there is none.
   *
   * How it stands is looked at when a call is over: then it is `stopped`, `busy`, `awake` or `absent`.
   */
  readonly what: 'ended' | 'stopped' | 'closing' | 'busy' | 'awake' | 'absent'
  readonly code?: string
  readonly busyMs?: number
}

export interface ApiObservation {
  readonly machine: 'api'
  /**
   * - `request`: the API's HTTP server handed it to the application. `routed`: a route took it.
   * - `query`: a statement was given to the pool; `result`: it came back, with `rows` or `sqlstate`/`code`.
   * - `decided`: what the answer is to be: `status`, `headers`, the body, or the error's name.
   * - `response`: the answer was written.
   */
  readonly what: 'request' | 'routed' | 'query' | 'result' | 'decided' | 'response' | 'aborted'
  /** The X-Request-Id the gateway gave it: `<door>.<n>`. */
  readonly request: string
  readonly method?: string
  readonly path?: string
  readonly status?: number
  readonly statement?: string
  /** A digest of the statement's parameters. */
  readonly parameters?: string
  readonly rows?: number
  /** Of rows: by shape and value, generated values by the names of their columns. Of what was decided: of the bytes. */
  readonly digest?: string
  /** Of what was decided: the body by shape and value, generated values by the names of their columns. */
  readonly value?: string
  /** Of what was decided: a digest of the headers that the application set. */
  readonly headers?: string
  readonly sqlstate?: string
  readonly code?: string
}
