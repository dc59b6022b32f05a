import type { DatabaseTarget } from '../../database/database.ts'
import type { Rule } from '../../shared/rules.ts'
import type { TraceEvent } from '../../shared/trace.ts'
import type { ApiEvent, ApiVerdict } from './api-points.ts'

/** From the runner to the API's process. Everything with an `id` is acknowledged with the same `id`. */
export type ToApi =
  | { readonly kind: 'database'; readonly target: DatabaseTarget }
  | {
      readonly kind: 'arm'
      readonly id: number
      readonly door: string
      readonly rules: readonly Rule<ApiEvent, ApiVerdict>[]
    }
  | { readonly kind: 'heal'; readonly id: number; readonly door: string }
  | { readonly kind: 'flush'; readonly id: number }

/** From the API's process to the runner. */
export type FromApi =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'not-listening'; readonly code: string }
  | { readonly kind: 'trace'; readonly events: readonly TraceEvent[] }
  /** A rule met a request. Sent before the verdict is carried out: an `exit` leaves no time after it. */
  | { readonly kind: 'fired'; readonly door: string; readonly event: ApiEvent }
  /** The event loop has just turned again. */
  | { readonly kind: 'busy'; readonly atMs: number; readonly busyMs: number }
  /** It stops listening, and ends when what is in flight is served. */
  | { readonly kind: 'closing'; readonly atMs: number }
  | { readonly kind: 'done'; readonly id: number }
