import type { WorldKind } from '../host/place.ts'
import { wholeCall } from '../language/call.ts'
import type { Fault } from '../language/fault.ts'
import type { Scenario } from '../language/scenario.ts'
import type { Database } from '../machines/database/database.ts'
import { databaseNeeds } from '../machines/database/database-points.ts'
import type { SeatOptions } from '../world/seat.ts'
import { Stop } from './stop.ts'

/** What a fault or a seat may need of the host, where that is missing: why, and how to get it. */
export const missing = {
  nft: 'nft, which is not installed: apt-get install nftables',
  ipv6: 'IPv6, which this machine does not have: ::1 is on none of its interfaces',
} as const

/** What the clients' seats must have for a scenario, that other seats do without. */
export function seatOptions({ break: fault, call }: Scenario): SeatOptions {
  const { clientCertificate, connection, tlsVersion } = wholeCall(call)
  const edge = {
    tickets: connection === 'resumed',
    clientCertificate,
    ...(tlsVersion === undefined ? {} : { tlsVersion }),
  }
  return { ipv6: fault.needs.includes('ipv6'), edge }
}

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
