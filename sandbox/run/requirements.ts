import type { Fault, WorldKind } from '../fault.ts'
import { type Database, databaseNeeds } from '../world/database/database.ts'
import type { TraceEvent } from '../world/trace.ts'
import { Stop } from './stop.ts'

/** What a fault may need of the machine, where that is missing: why, and how to get it. */
const missing = {
  nft: 'nft, which is not installed: apt-get install nftables',
  ipv6: 'IPv6, which this machine does not have: ::1 is on none of its interfaces',
} as const

/** @throws Stop where this world cannot have the fault. */
export function expectWorld({ needs, worlds }: Fault, kind: WorldKind, lacks: readonly string[]): void {
  if (!worlds.includes(kind))
    throw new Stop('skipped', `this fault acts only in the ${worlds.join(' or ')} world`)
  for (const need of ['nft', 'ipv6'] as const) {
    if (needs.includes(need) && lacks.includes(need))
      throw new Stop('skipped', `this fault needs ${missing[need]}`)
  }
}

/** @throws Stop where the database cannot have the fault. */
export function expectDatabase({ needs }: Fault, { provider, provides }: Database): void {
  const wanted: readonly string[] = needs
  const lacking = databaseNeeds.filter((need) => wanted.includes(need) && !provides.includes(need))
  if (lacking.length === 0) return
  throw new Stop(
    'skipped',
    `this fault needs ${lacking.join(', ')} of the database; the ${provider} one does not give it`,
  )
}

/**
 * A cold call that went over an open connection met no DNS, no network and no TLS: it would prove nothing.
 * @throws Stop where the client says that it sent a request and opened no connection for it.
 */
export function expectOwnConnection(place: string, events: readonly TraceEvent[]): void {
  const seen = new Set(events.map((event) => (event.machine === 'client' ? event.what : undefined)))
  if (!seen.has('sent') || seen.has('connect')) return
  throw new Stop('invalid', `${place}: a cold call reused a connection`)
}
