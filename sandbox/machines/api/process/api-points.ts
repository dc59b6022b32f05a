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
 * - `float`: a promise that the route does not wait for rejects. Node ends the process with code 1.
 * - `exhaust-memory`: the route keeps what it reads until the heap is full. V8 ends the process (SIGABRT).
 * - `shut-down`: the process gets SIGTERM. `finish`: it stops listening, serves what is in flight, and ends with code 0.
 *   `drop`: it has no handler for the signal, so it ends by it.
 */
export type ApiVerdict =
  | { readonly kind: 'throw' }
  | { readonly kind: 'reject' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'block'; readonly forMs: number }
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'kill' }
  | { readonly kind: 'float' }
  | { readonly kind: 'exhaust-memory' }
  | { readonly kind: 'shut-down'; readonly inFlight: 'finish' | 'drop' }

/**
 * - `stopped`: the whole process is stopped (SIGSTOP). The kernel still accepts connections for it; the
 *   process reads none of them.
 */
export type ApiState = { readonly kind: 'stopped' }

export interface ApiPlan {
  readonly rules?: readonly Rule<ApiEvent, ApiVerdict>[]
  readonly state?: ApiState
}

const endings: readonly ApiVerdict['kind'][] = ['exit', 'kill', 'float', 'exhaust-memory', 'shut-down']

/** Whether the process ends once a rule has met a request. */
export function endsProcess({ rules = [] }: ApiPlan): boolean {
  return rules.some(({ verdict }) => endings.includes(verdict.kind))
}
