import type { Rule } from '../shared/rules.ts'

/** A request that reached the gateway. */
export interface GatewayEvent {
  /** As in the request line: `GET`. */
  readonly method: string
  /** As in the request line, without the query: `/users/1`. */
  readonly path: string
}

/**
 * What the gateway does with a request.
 *
 * - `respond`: it answers itself, the API never hears of it. Default: no headers, an empty body.
 * - `alter`: the API answers, the gateway changes the answer. A header of `null` is taken out; a new body
 *   brings its own Content-Length.
 * - `misframe`: the API answers, and the gateway's head says that the body has `moreBytes` more bytes than it has
 *   (fewer, where the number is negative). The connection stays open, as after any answer.
 * - `delay`: it waits `delayMs`, then forwards.
 * - `hang`: it never answers, and the API never hears of it.
 */
export type GatewayVerdict =
  | {
      readonly kind: 'respond'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    }
  | {
      readonly kind: 'alter'
      readonly status?: number
      readonly headers?: Readonly<Record<string, string | null>>
      readonly body?: string
    }
  | { readonly kind: 'misframe'; readonly moreBytes: number }
  | { readonly kind: 'delay'; readonly delayMs: number }
  | { readonly kind: 'hang' }

/**
 * - `connection-limit`: while `connectionsMax` connections are open, every further one is accepted and closed
 *   at once.
 */
export type GatewayState = { readonly kind: 'connection-limit'; readonly connectionsMax: number }

export interface GatewayPlan {
  readonly rules?: readonly Rule<GatewayEvent, GatewayVerdict>[]
  readonly state?: GatewayState
}
