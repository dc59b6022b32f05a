import type {
  CallFiles,
  Connection,
  ResolvedCall,
  RevocationChecking,
} from '../machines/client/resolved-call.ts'

/** The request the app makes. */
export interface Call {
  /** Default: GET. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path and query. Default: `/users`. */
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
  /** The client's own limit for the whole call, in milliseconds. Default: 10 000. */
  readonly timeoutMs?: number
  /** The client's own limit for the connection (DNS, TCP and TLS). Default: the client's. */
  readonly connectTimeoutMs?: number
  /** The client's own limit from the request to the whole head of the response. Default: the client's. */
  readonly headersTimeoutMs?: number
  /** The client's own limit for a pause between two pieces of the response's body. Default: the client's. */
  readonly bodyTimeoutMs?: number
  /**
   * How many times at most the app tries again, at once, after an error or a status of 500 or more. Default: 0. The
   * promise is about the last attempt; each has all of `timeoutMs`. One that hangs is the last.
   */
  readonly retries?: number
  /**
   * `cold` (default): a new connection. `warm`: the connection that the steady call opened. `resumed`: a new one,
   * which resumes the TLS session of the call before with its ticket.
   */
  readonly connection?: Connection
  /**
   * How the app checks whether the server's certificate was revoked: `crl` by its authority's list (RFC 5280 §5),
   * `ocsp-stapling` by the response that the server has to staple (RFC 6066 §8). Default: not at all, like most.
   */
  readonly revocationChecking?: RevocationChecking
  /** The server asks clients who they are (mTLS), and the app shows a certificate. Default: it does not ask. */
  readonly clientCertificate?: boolean
  /** The one version of TLS that the server speaks. Default: both. */
  readonly tlsVersion?: 'TLSv1.2' | 'TLSv1.3'
}

/** What a call is where the scenario says nothing of it. */
export const defaultCall = {
  method: 'GET',
  path: '/users',
  headers: {},
  timeoutMs: 10_000,
  retries: 0,
  connection: 'cold',
  clientCertificate: false,
} as const satisfies Call

/** The call with every default filled in. */
export function wholeCall(call: Call | undefined): Call & Required<Pick<Call, keyof typeof defaultCall>> {
  return { ...defaultCall, ...call }
}

/** Where a call goes: the API's origin, and the DNS server for clients that must be told. */
export interface Destination {
  readonly origin: string
  readonly dnsServer?: string
}

/** The call as a client makes it. */
export function resolveCall(
  call: Call | undefined,
  { dnsServer, origin }: Destination,
  files: CallFiles,
): ResolvedCall {
  const { body, connection, headers, method, path, revocationChecking, timeoutMs, ...rest } = wholeCall(call)
  const { bodyTimeoutMs, connectTimeoutMs, headersTimeoutMs } = rest
  return {
    method,
    path,
    url: `${origin}${path}`,
    ...(dnsServer === undefined ? {} : { dnsServer }),
    headers,
    timeoutMs,
    connection,
    ...(body === undefined ? {} : { body }),
    ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
    ...(headersTimeoutMs === undefined ? {} : { headersTimeoutMs }),
    ...(bodyTimeoutMs === undefined ? {} : { bodyTimeoutMs }),
    ...(revocationChecking === undefined ? {} : { revocationChecking }),
    ...files,
  }
}
