import type { Fault } from '../language/fault.ts'
import { Stop } from '../run/stop.ts'
import type { Seat } from '../world/seat.ts'

/**
 * That a program in a running sandbox can meet the fault: any tool calls there, over a connection of its own.
 * @throws Stop where only the run of its scenario brings the call that meets it.
 */
export function expectMeetable({ needs, plan }: Fault, { door, place }: Seat): void {
  const refuse = (problem: string): never => {
    throw new Stop('skipped', problem)
  }
  if (plan.point === 'client')
    refuse(
      "expected a fault that any program's call can meet, saw a mistake of the app that calls (its URL, its headers, its page): here the calls are your own",
    )
  if (needs.includes('ipv6') && place.address6 === undefined)
    refuse('expected a host name with an IPv6 address too, which it has in a sandbox started with --ipv6')
  const { state } = plan
  const metBy = plan.point === 'tls' && state?.kind === 'certificate' ? state.metBy : undefined
  if (metBy === 'resumed-sessions')
    refuse('expected TLS sessions that can be resumed, for which only the runs of its scenarios give tickets')
  const isForOpen =
    metBy === 'open-connections' || (plan.point === 'front-wire' && state?.kind === 'open-struck')
  if (isForOpen && door.machines['front-wire'].open === 0)
    refuse('expected an open connection to act on, saw none: it never meets a new one')
}
