import type { Fault, WorldKind } from '../fault.ts'
import { type Database, databaseNeeds } from '../world/database/database.ts'
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
