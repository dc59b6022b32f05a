import type { PageHostName } from '../shared/host-name.ts'
import type { ClientCertificateName } from '../tls/client-certificate-files.ts'

/** What the app does wrong while this is armed, in the call that it is about to make. */
export type ClientState =
  /** The URL begins with this instead of the API's origin; the path is kept. `''` leaves a relative URL. */
  | { readonly kind: 'origin'; readonly origin: string }
  /** Parts of the URL are wrong; what is not given is kept. */
  | { readonly kind: 'url'; readonly scheme?: string; readonly host?: string; readonly port?: number }
  | { readonly kind: 'method'; readonly method: string }
  /** The header has this value; `null` leaves it out. */
  | { readonly kind: 'header'; readonly name: string; readonly value: string | null }
  /**
   * The page that calls is another one: opened from this host, or with this Content-Security-Policy. A client
   * without a page says in a header from which origin it calls, as a request copied out of a browser does.
   */
  | { readonly kind: 'page'; readonly host?: PageHostName; readonly policy?: string }
  /** The app shows another client certificate than it should, where it shows one at all. */
  | { readonly kind: 'client-certificate'; readonly shows: Exclude<ClientCertificateName, 'right'> }
  /** The app reads the answer's list under this name, which it does not have. */
  | { readonly kind: 'reads'; readonly field: string }
  /** The app misuses its client: only code inside the client's process can. */
  | { readonly kind: 'misuse'; readonly how: Misuse }

/**
 * - `aborted`: the signal was aborted before the call.
 * - `circular-body`, `bigint-body`: the body holds itself, or a number that JSON has no word for.
 * - `twice`: the same call is made a second time before the first has ended.
 */
export type Misuse = 'aborted' | 'circular-body' | 'bigint-body' | 'twice'

export interface ClientPlan {
  readonly state: ClientState
}
