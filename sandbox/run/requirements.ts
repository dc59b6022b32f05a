import type { Fault, WorldKind } from '../fault.ts'
import { type Database, databaseNeeds } from '../world/database/database.ts'
import type { TraceEvent } from '../world/trace.ts'
import { Stop } from './stop.ts'

/** How to get what a fault may need of the machine. */
const install = { nft: 'apt-get install nftables' } as const

/** @throws Stop where this world cannot have the fault. */
export function expectWorld({ needs, worlds }: Fault, kind: WorldKind, lacks: readonly string[]): void {
  if (!worlds.includes(kind))
    throw new Stop('skipped', `this fault acts only in the ${worlds.join(' or ')} world`)
  if (needs.includes('nft') && lacks.includes('nft')) {
    throw new Stop('skipped', `this fault needs nft, which is not installed: ${install.nft}`)
  }
}

/** @throws Stop where the database cannot have the fault. */
export function expectDatabase({ needs }: Fault, { provider, provides }: Database): void {
  const wanted: readonly string[] = needs
  const missing = databaseNeeds.filter((need) => wanted.includes(need) && !provides.includes(need))
  if (missing.length === 0) return
  throw new Stop(
    'skipped',
    `this fault needs ${missing.join(', ')} of the database; the ${provider} one does not give it`,
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
