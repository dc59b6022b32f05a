import type { ApiPlan } from './api/api-points.ts'
import type { ClientPlan } from './client/client-points.ts'
import type { DatabasePlan } from './database/database-points.ts'
import type { DnsPlan } from './dns/dns-points.ts'
import type { GatewayPlan } from './gateway/gateway-points.ts'
import type { PacketPlan } from './kernel/packet-points.ts'
import type { StateWhen } from './shared/rules.ts'
import type { TlsPlan } from './tls/tls-points.ts'
import type { WirePlan } from './wire/wire-points.ts'

/**
 * Every place where a step can be broken, and what can be armed there. A new kind of fault is a new member
 * of one of these types and one case in its machine; nothing else changes.
 */
export interface Points {
  /** The app, where it puts its call together: before anything leaves. */
  readonly client: ClientPlan
  readonly dns: DnsPlan
  /** The kernel's packets between the client and its front door. Sealed world with nft only. */
  readonly kernel: PacketPlan
  /** The wire the client connects to: the network, and the way back. */
  readonly 'front-wire': WirePlan
  readonly tls: TlsPlan
  /** The wire inside TLS, between the TLS edge and the gateway: the bytes of the HTTP message. */
  readonly 'inner-wire': WirePlan
  readonly gateway: GatewayPlan
  readonly api: ApiPlan
  /** The wire between the API and Postgres. */
  readonly 'database-wire': WirePlan
  readonly database: DatabasePlan
}

export type PointName = keyof Points

/** A fault as data: where, and the rules or the state to arm there. Plain JSON. Rules have their own `when`. */
export type Plan = {
  readonly [Name in PointName]: { readonly point: Name; readonly when?: StateWhen } & Points[Name]
}[PointName]

/** Faults inside the API that meet one request and leave the process as it is. */
const ownRequestOnly: readonly string[] = ['throw', 'reject', 'hang']

/**
 * Whether a plan reaches clients beyond the one it is armed for: then only one of them may call at a time.
 * The machines of a front door belong to one client; the API and the database serve all of them.
 */
export function isShared(plan: Plan): boolean {
  switch (plan.point) {
    case 'client':
    case 'dns':
    case 'kernel':
    case 'front-wire':
    case 'tls':
    case 'inner-wire':
    case 'gateway':
      return false
    case 'api':
      return (
        plan.state !== undefined ||
        (plan.rules ?? []).some(({ verdict }) => !ownRequestOnly.includes(verdict.kind))
      )
    case 'database-wire':
    case 'database':
      return true
    default:
      return plan satisfies never
  }
}
