import type { ClientCertificateFiles } from '../tls/client-certificate-files.ts'
import type { ClientState, Misuse } from './client-points.ts'

/**
 * `cold`: a new connection. `warm`: the connection that the steady call opened. `resumed`: a new one, which resumes
 * the TLS session of the call before with its ticket.
 */
export type Connection = 'cold' | 'warm' | 'resumed'

/**
 * How the app checks whether the server's certificate was revoked: `crl` by its authority's list (RFC 5280 §5),
 * `ocsp-stapling` by the response that the server has to staple (RFC 6066 §8).
 */
export type RevocationChecking = 'crl' | 'ocsp-stapling'

/** What a call has in files. */
export interface CallFiles {
  /** PEM file of the lists to check by, for `crl`. */
  readonly revocationListFile?: string
  /** What it shows of itself to a server that asks. */
  readonly clientCertificate?: ClientCertificateFiles
}

/** A call with every default filled in. */
export interface ResolvedCall extends CallFiles {
  readonly method: string
  readonly path: string
  readonly url: string
  /** `address:port` of the DNS server, for clients that must be told (portable world). */
  readonly dnsServer?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly timeoutMs: number
  readonly connectTimeoutMs?: number
  readonly headersTimeoutMs?: number
  readonly bodyTimeoutMs?: number
  readonly connection: Connection
  /** The page that calls, where it is not the app's own; clients that are no browsers have none. */
  readonly page?: Omit<Extract<ClientState, { kind: 'page' }>, 'kind'>
  readonly revocationChecking?: RevocationChecking
  /** The name under which the app reads the answer's list, where it is not the contract's; only an app reads. */
  readonly reads?: string
  /** What the app does wrong with its client; clients that cannot be misused so ignore it. */
  readonly misuse?: Misuse
}
