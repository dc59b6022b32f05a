export type KeyUsage = 'digitalSignature' | 'keyEncipherment' | 'keyCertSign' | 'cRLSign'
export type ExtendedKeyUsage = 'serverAuth' | 'clientAuth'

/** What one certificate says that a healthy one in its place would not. Left out means healthy. */
export interface CertificateDeviation {
  /** Days from now, negative for the past. Healthy: -1. */
  readonly notBeforeDays?: number
  /** Days from now, negative for the past: -1 ended yesterday. Healthy: 30. */
  readonly notAfterDays?: number
  /** Key it carries. RSA-1024 is below what clients accept (OpenSSL security level 2). Healthy: `p256`. */
  readonly key?: 'p256' | 'rsa1024'
  /** Hash of the signature on it. */
  readonly hash?: 'sha256' | 'sha1'
  /** Basic constraints: may it sign certificates? */
  readonly ca?: boolean
  /** Basic constraints: how many intermediates may follow it. Healthy: no limit. */
  readonly pathLength?: number
  readonly keyUsages?: readonly KeyUsage[]
  /** An empty list leaves the extension out. */
  readonly extendedKeyUsages?: readonly ExtendedKeyUsage[]
  /** Name constraints (RFC 5280 §4.2.1.10): domains it may, and may not, vouch for. */
  readonly permittedNames?: readonly string[]
  readonly excludedNames?: readonly string[]
  /** A critical extension that no client knows, so every client must refuse it (RFC 5280 §4.2). */
  readonly unknownCriticalExtension?: boolean
  /** It asks clients to insist on a stapled OCSP response (RFC 7633). */
  readonly mustStaple?: boolean
  /** One bit of the signature is flipped. */
  readonly badSignature?: boolean
}

export interface LeafDeviation extends CertificateDeviation {
  /** DNS names it is for. Healthy: the host. */
  readonly names?: readonly string[]
  /** IPv4 addresses it is for. Healthy: none. */
  readonly ips?: readonly string[]
  /** Subject. Healthy: the first name or address. `null` leaves the subject empty. */
  readonly commonName?: string | null
  /** As many further names (`name-1.example.test` ...) in the certificate. */
  readonly furtherNames?: number
  /** It was revoked: it stands in its authority's list, and the OCSP response says so. */
  readonly revoked?: boolean
  /** The server has no OCSP response to staple for clients that ask (RFC 6066 §8). */
  readonly noStaple?: boolean
  /** It vouches for itself: no chain, no root. */
  readonly selfSigned?: boolean
  /**
   * The server holds another key than the certificate's. No TLS stack will serve that, so the leaf is exchanged
   * on the wire, which TLS 1.2 leaves readable: such a chain is served over TLS 1.2 only.
   */
  readonly keyMismatch?: boolean
}

/**
 * A chain, told by how it deviates from the healthy root, intermediate, leaf. Plain JSON; `{}` is healthy.
 *
 * - `root`: `trusted` is in every client's trust store, `retired` is there too but ended 30 days ago,
 *   `unknown` is in no client's.
 * - `intermediates`: how many lie between root and leaf; `intermediate` shapes every one of them.
 * - `send`: what goes over the wire, in this order. Healthy: leaf, then intermediates.
 */
export interface CertificateRecipe {
  readonly leaf?: LeafDeviation
  readonly intermediate?: CertificateDeviation
  readonly intermediates?: number
  readonly root?: RootName
  readonly send?: readonly ('leaf' | 'intermediates' | 'root')[]
}

export type RootName = 'trusted' | 'retired' | 'unknown'
