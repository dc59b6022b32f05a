import type { Rule } from '../../shared/rules.ts'

/** A request that reached one of the API's routes. What no route serves (404, 405) is no event. */
export interface ApiEvent {
  /** As in the request line: `GET`. */
  readonly method: string
  /** The route's pattern: `/users`, `/users/:id`, `/orders`. */
  readonly path: string
}

/**
 * What the route does instead of its work. Each really happens inside the route.
 *
 * - `throw`: the code throws a TypeError: it reads a field of a row that is not there.
 * - `reject`: a promise the route waits for rejects: it reads a file that was never deployed.
 * - `hang`: the route never answers. Everything else is served.
 * - `block`: the route keeps the event loop busy for `forMs`, then does its work. Nothing is served meanwhile.
 * - `exit`: the process ends itself with `code`, in the middle of the request.
 * - `kill`: the process gets SIGKILL, as from the kernel's out-of-memory killer.
 */
export type ApiVerdict =
  | { readonly kind: 'throw' }
  | { readonly kind: 'reject' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'block'; readonly forMs: number }
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'kill' }

/**
 * - `stopped`: the whole process is stopped (SIGSTOP). The kernel still accepts connections for it; the
 *   process reads none of them.
 */
export type ApiState = { readonly kind: 'stopped' }

export interface ApiPlan {
  readonly rules?: readonly Rule<ApiEvent, ApiVerdict>[]
  readonly state?: ApiState
}
