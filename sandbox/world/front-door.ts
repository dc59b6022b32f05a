import { DnsServer } from './dns/dns-server.ts'
import { Gateway } from './gateway/gateway.ts'
import type { Ground } from './ground/ground.ts'
import type { Breakable } from './machine.ts'
import type { PointName } from './points.ts'
import type { Authority } from './tls/certificates.ts'
import { TlsEdge } from './tls/tls-edge.ts'
import type { Observe } from './trace.ts'
import { Wire } from './wire/wire.ts'

/** The name every client calls. Reserved for tests by RFC 6761, so it exists nowhere else. */
export const hostName = 'api.example.test'

/** How long the connections of a call that ended may take to close everywhere. */
const quietMs = 300

type DoorPoint = Exclude<PointName, 'api' | 'database' | 'database-wire'>

export interface FrontDoorOptions {
  readonly id: string
  readonly address: string
  readonly ports: { readonly dns: number; readonly https: number }
  readonly ground: Ground
  readonly authority: Authority
  readonly api: () => { host: string; port: number }
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
  readonly #machines: Readonly<Record<DoorPoint, Breakable<never> & { close(): Promise<void> }>>

  static async open(options: FrontDoorOptions): Promise<FrontDoor> {
    const { id, address, ground, authority, observe, onBug } = options
    const machine = { ground, address, port: 0, observe, onBug }
    const gateway = await Gateway.open({ ...machine, door: id, upstream: options.api })
    const inner = await Wire.open({ ...machine, name: 'inner', upstream: () => at(gateway) })
    const tls = await TlsEdge.open({ ...machine, authority, upstream: () => at(inner) })
    const [front, dns] = await Promise.all([
      Wire.open({
        ...machine,
        name: 'front',
        ground,
        address,
        port: options.ports.https,
        upstream: () => at(tls),
      }),
      DnsServer.open({
        ground,
        address,
        port: options.ports.dns,
        zone: { [hostName]: { A: [address] } },
        observe,
        onBug,
      }),
    ])
    return new FrontDoor(id, { dns, 'front-wire': front, tls, 'inner-wire': inner, gateway }, dns, front)
  }

  private constructor(
    id: string,
    machines: Record<DoorPoint, Breakable<never> & { close(): Promise<void> }>,
    dns: DnsServer,
    front: Wire,
  ) {
    this.id = id
    this.#machines = machines
    this.dns = dns
    this.front = front
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
    await Promise.all(Object.values(this.#machines).map((machine) => machine.close()))
  }
}

function at(machine: { readonly address: string; readonly port: number }): { host: string; port: number } {
  return { host: machine.address, port: machine.port }
}
