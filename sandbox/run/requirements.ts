import type { Fault, WorldKind } from '../language/fault.ts'
import type { Call, Scenario } from '../language/scenario.ts'
import type { Database } from '../machines/database/database.ts'
import { databaseNeeds } from '../machines/database/database-points.ts'
import type { TraceEvent } from '../machines/trace.ts'
import type { Visit, VisitOptions } from '../world/seat.ts'
import { Stop } from './stop.ts'

/** What a fault may need of the machine, where that is missing: why, and how to get it. */
const missing = {
  nft: 'nft, which is not installed: apt-get install nftables',
  ipv6: 'IPv6, which this machine does not have: ::1 is on none of its interfaces',
} as const

/** What the clients' places must have for a scenario, that others do without. */
export function visitOptions({ break: fault, call }: Scenario): VisitOptions {
  const { clientCertificate = false, connection, tlsVersion } = call ?? {}
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

/**
 * That somebody in a running sandbox can meet the fault: who calls there is any tool, over a connection of its own.
 * @throws Stop where only the run of its scenario brings the call that meets it.
 */
export function expectMeetable({ needs, plan }: Fault, { door, place }: Visit): void {
  const refuse = (problem: string): never => {
    throw new Stop('skipped', problem)
  }
  if (plan.point === 'client')
    refuse(
      'expected a fault outside the app, saw one of how it puts its call together, which your tools do alone',
    )
  if (needs.includes('ipv6') && place.address6 === undefined)
    refuse('expected a host name with an IPv6 address too, which only the runs of its scenarios give')
  const { state } = plan
  const metBy = plan.point === 'tls' && state?.kind === 'certificate' ? state.metBy : undefined
  if (metBy === 'resumed-sessions')
    refuse('expected TLS sessions that can be resumed, for which only the runs of its scenarios give tickets')
  const isForOpen =
    metBy === 'open-connections' || (plan.point === 'front-wire' && state?.kind === 'open-struck')
  if (isForOpen && door.front.open === 0)
    refuse('expected an open connection to act on, saw none: it never meets a new one')
}

/**
 * That a call met the steps it was meant to meet: it would prove nothing otherwise.
 * @param isOpening it is the first of its client, which has nothing yet to go on from.
 * @throws Stop where the client or the TLS edge says that it did not.
 */
export function expectConnection(
  place: string,
  connection: NonNullable<Call['connection']>,
  isOpening: boolean,
  events: readonly TraceEvent[],
): void {
  if (connection === 'warm') return
  const seen = new Set(events.map((event) => (event.machine === 'client' ? event.what : undefined)))
  // Over an open connection it meets no DNS, no network and no TLS.
  if (seen.has('sent') && !seen.has('connect'))
    throw new Stop('invalid', `${place}: a ${connection} call reused a connection`)
  const hasLookedAgain = events.some(
    (event) => event.machine === 'tls' && event.what === 'secured' && !event.resumed,
  )
  if (connection === 'resumed' && !isOpening && hasLookedAgain)
    throw new Stop('invalid', `${place}: expected a resumed TLS session, saw a full handshake`)
}
