import type { Rule } from '../shared/rules.ts'
import type { CertificateRecipe } from './certificate-recipe.ts'
import type { AlertDescription, AlertLevel } from './tls-alerts.ts'

/** Every event is a ClientHello that arrived whole. */
export interface TlsEvent {
  /** The name the client asked for (SNI, RFC 6066 §3); empty when it named none. */
  readonly serverName: string
}

/** What a connection gets after the bytes of a verdict: a FIN, a RST, or nothing ever again. */
export type Ending = 'end' | 'reset' | 'stall'

/** What to do with a handshake. */
export type TlsVerdict =
  /** An alert instead of a ServerHello. `ending` is `end` when left out. */
  | {
      readonly kind: 'alert'
      readonly level: AlertLevel
      readonly description: AlertDescription
      readonly ending?: Ending
    }
  /** The ClientHello is never answered. */
  | { readonly kind: 'stall' }
  /**
   * - `hello`: the connection is cut when the ClientHello has arrived, without one byte in return.
   * - `flight`: after `flightBytes` of the server's first flight. The real flight, so keep it under its size.
   * - `secured`: when the handshake is complete, before any reply.
   */
  | { readonly kind: 'cut'; readonly how: 'end' | 'reset'; readonly at: 'hello' | 'secured' }
  | {
      readonly kind: 'cut'
      readonly how: 'end' | 'reset'
      readonly at: 'flight'
      readonly flightBytes: number
    }
  /** Something else speaks on this port: these bytes come instead of TLS. `latin1` text, one byte each. */
  | { readonly kind: 'answer'; readonly latin1: string; readonly ending?: Ending }
  /** The server's side of the handshake arrives as `bytes` every `everyMs`. */
  | { readonly kind: 'slow'; readonly bytes: number; readonly everyMs: number }
  /** The last byte of the server's first encrypted record is flipped, so its tag does not fit (TLS 1.3). */
  | { readonly kind: 'corrupt' }
  /** All goes well, but the end of the reply is a bare FIN: no close_notify (RFC 8446 §6.1). */
  | { readonly kind: 'truncate' }

export type ProtocolVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'

/** What the edge is set up like while armed. */
export type TlsState =
  /**
   * `metBy`: which calls prove that it acted: those over new connections, which are shown the certificate (when
   * left out); or those that never are: over connections that were open before, or that resume a session.
   */
  | {
      readonly kind: 'certificate'
      readonly recipe: CertificateRecipe
      readonly metBy?: 'new-connections' | 'open-connections' | 'resumed-sessions'
    }
  /** Left out means as in health: TLS 1.2 and 1.3, Node's ciphers and groups, ALPN `http/1.1`. */
  | {
      readonly kind: 'protocol'
      readonly minVersion?: ProtocolVersion
      readonly maxVersion?: ProtocolVersion
      /** OpenSSL cipher list for TLS 1.2 and below, `AES128-SHA`; TLS 1.3 suites by their full names. */
      readonly ciphers?: string
      /** Key exchange groups, `P-521:P-384`. */
      readonly groups?: string
      readonly alpn?: readonly string[]
    }
  /**
   * Clients must prove their identity with a certificate of the run's client authority (mTLS): a client that
   * offers none is refused by an alert, a client that offers a wrong one without. `tlsVersion` pins the version,
   * because TLS 1.2 refuses within the handshake and TLS 1.3 after it.
   */
  | { readonly kind: 'client-certificate'; readonly tlsVersion?: 'TLSv1.2' | 'TLSv1.3' }
  /** Each connection ends as soon as it is accepted, before the ClientHello is read. */
  | { readonly kind: 'hang-up'; readonly how: 'end' | 'reset' }

export interface TlsPlan {
  readonly rules?: readonly Rule<TlsEvent, TlsVerdict>[]
  readonly state?: TlsState
}
