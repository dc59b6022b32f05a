import type { Place } from './client-world.ts'
import { DnsServer } from './dns/dns-server.ts'
import { Gateway } from './gateway/gateway.ts'
import type { Ground } from './ground/ground.ts'
import { hostName } from './host-name.ts'
import type { Breakable } from './machine.ts'
import type { PointName } from './points.ts'
import type { Authority } from './tls/certificates.ts'
import { TlsEdge } from './tls/tls-edge.ts'
import type { Observe } from './trace.ts'
import { Wire } from './wire/wire.ts'

/** How long the connections of a call that ended may take to close everywhere. */
const quietMs = 300

type DoorPoint = Exclude<PointName, 'api' | 'database' | 'database-wire'>

export interface FrontDoorOptions {
  readonly id: string
  /** Where the client meets it: DNS server and front wire. */
  readonly place: Place
  readonly clientGround: Ground
  /** Where the machines behind them stand. */
  readonly address: string
  readonly ground: Ground
  readonly authority: Authority
  readonly api: () => { host: string; port: number }
  readonly database: () => { host: string; port: number }
  readonly observe: Observe
  readonly onBug: (error: Error) => void
}

/**
 * One client's own way in: DNS server, wire, TLS edge, wire, gateway. So a fault armed here meets this
 * client alone, no counter is shared, and everything observed here is known to be its call.
 */
export class FrontDoor {
  readonly hostName = hostName
  readonly id: string
  readonly dns: DnsServer
  readonly front: Wire
  readonly #extra: readonly Wire[]
  readonly #machines: Readonly<Record<DoorPoint, Breakable<never> & { close(): Promise<void> }>>

  static async open(options: FrontDoorOptions): Promise<FrontDoor> {
    const { id, place, clientGround, address, ground, authority, observe, onBug } = options
    const machine = { ground, address, port: 0, observe, onBug }
    const gateway = await Gateway.open({ ...machine, door: id, upstream: options.api })
    const inner = await Wire.open({ ...machine, name: 'inner', upstream: () => at(gateway) })
    const tls = await TlsEdge.open({ ...machine, authority, upstream: () => at(inner) })
    const [front, dns] = await Promise.all([
      Wire.open({
        ...machine,
        name: 'front',
        ground: clientGround,
        address: place.address,
        port: place.ports.https,
        upstream: () => at(tls),
      }),
      DnsServer.open({
        ground: clientGround,
        address: place.address,
        port: place.ports.dns,
        zone: { [hostName]: { A: [place.address] } },
        observe,
        onBug,
      }),
    ])
    const extra = await openForTools(options, gateway)
    return new FrontDoor(
      id,
      { dns, 'front-wire': front, tls, 'inner-wire': inner, gateway },
      dns,
      front,
      extra,
    )
  }

  private constructor(
    id: string,
    machines: Record<DoorPoint, Breakable<never> & { close(): Promise<void> }>,
    dns: DnsServer,
    front: Wire,
    extra: readonly Wire[],
  ) {
    this.id = id
    this.#machines = machines
    this.dns = dns
    this.front = front
    this.#extra = extra
  }

  /** `https://api.example.test`, with the port where it is not 443. */
  get origin(): string {
    return `https://${hostName}${this.front.port === 443 ? '' : `:${this.front.port}`}`
  }

  point(name: DoorPoint): Breakable<never> {
    return this.#machines[name]
  }

  get #wires(): readonly Wire[] {
    return Object.values(this.#machines).filter((machine) => machine instanceof Wire)
  }

  /** Resolves when nothing is on its way any more: the last call's connections are closed everywhere. */
  async quiet(): Promise<void> {
    for (const wire of this.#wires) await wire.quiet(quietMs)
  }

  /** Writes down the totals of connections that are still open. */
  flush(): void {
    for (const wire of this.#wires) wire.flushObservations()
  }

  async close(): Promise<void> {
    await Promise.all([...Object.values(this.#machines), ...this.#extra].map((machine) => machine.close()))
  }
}

/** HTTP without TLS and psql, where the place has ports for them. */
async function openForTools(options: FrontDoorOptions, gateway: Gateway): Promise<readonly Wire[]> {
  const { clientGround: ground, place, database, observe, onBug } = options
  const { http, postgres } = place.ports
  const shared = { ground, address: place.address, observe, onBug }
  return await Promise.all([
    ...(http === undefined
      ? []
      : [Wire.open({ ...shared, name: 'plain', port: http, upstream: () => at(gateway) })]),
    ...(postgres === undefined
      ? []
      : [Wire.open({ ...shared, name: 'tools', port: postgres, upstream: database })]),
  ])
}

function at(machine: { readonly address: string; readonly port: number }): { host: string; port: number } {
  return { host: machine.address, port: machine.port }
}
