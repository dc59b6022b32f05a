import type { Call } from './call.ts'
import type { Fault } from './fault.ts'

/** Who makes the call. */
export const clientNames = ['fetch', 'https', 'curl', 'python', 'requests', 'chromium'] as const

export type ClientName = (typeof clientNames)[number]

/** What a client must see. Everything given must hold. */
export interface Seen {
  /** The outermost error's name: `TypeError`. */
  readonly name?: string
  /** The first code in the error's cause chain, outermost first: `ENOTFOUND`. */
  readonly code?: string
  /** The system call beside that code: `getaddrinfo`, `connect`, `queryA`. */
  readonly syscall?: string
  /** Must match the message of one error of the cause chain. */
  readonly message?: RegExp
  /** The exit code, of clients that are commands. */
  readonly exit?: number
  readonly status?: number
  /**
   * The response's headers, by name in any case: a text that the value must equal, a pattern that it must match, or
   * `null` where the header must not be there. Several of one name are one value, joined by `, `.
   * The page in chromium sees only those that CORS lets it read: no `retry-after`, and `null` proves nothing there.
   */
  readonly headers?: Readonly<Record<string, string | RegExp | null>>
  /** How many attempts the app made: up to `retries` more than one. */
  readonly attempts?: number
  /** Every field given must equal the one in the response's JSON body. */
  readonly body?: unknown
  /** Must equal what the app made of the response. */
  readonly data?: unknown
  /** From the call to its end, in milliseconds: [at least, at most]. */
  readonly tookMs?: readonly [atLeast: number, atMost: number]
}

export type ClientPromise =
  | Seen
  /** Nothing until `timeoutMs`; then the runner stopped the client. */
  | 'hangs'
  /**
   * The fault does not touch this client: it sees what it saw in its own healthy call, and no step broke for it. Another
   * client must be promised something else.
   */
  | 'unaffected'
  /** Where the real stack races. `because` says why. */
  | { readonly oneOf: readonly Seen[]; readonly because: string }

export type Expectations = { readonly all?: ClientPromise } & {
  readonly [Name in ClientName]?: ClientPromise
}

/** For the reader who wants to understand. Plain words. */
export interface Lesson {
  /** What the developer lives through. */
  readonly story?: string
  readonly why: string
  /** The one command that shows it, typed in a sandbox in which the fault is armed. */
  readonly seeIt?: string
  /** The same without the mistake, where the mistake of the app stands in the command itself. */
  readonly rightly?: string
  /** What that command then prints, and does not print when nothing is broken. */
  readonly clue?: RegExp
  /** Look-alikes: what else looks like this, and what tells it apart. */
  readonly looksLike?: string
  readonly hints?: readonly string[]
}

/** One fault, one call, and what each client must see. The file's name is the scenario's id. */
export interface Scenario {
  readonly title: string
  /** The one step to break: `dns.nxdomain()`. */
  readonly break: Fault
  /** Default: `GET /users`. */
  readonly call?: Call
  /** What each client must see; `all` for every client not named. Only where it is named does chromium call. */
  readonly expect: Expectations
  /** Replaces the named client's promise in the portable world. */
  readonly portable?: Expectations
  /** What the API saw of its database. */
  readonly database?: { readonly sqlstate: string }
  readonly lesson?: Lesson
}

/** Gives the author types and completion; the runner checks the same at run time. */
export function scenario(definition: Scenario): Scenario {
  return definition
}
