import type { Ground } from '../host/ground/ground.ts'
import type { Place } from '../host/place.ts'
import { DnsServer } from '../machines/dns/dns-server.ts'
import { Gateway } from '../machines/gateway/gateway.ts'
import { type Kernel, PacketFilter } from '../machines/kernel/packet-filter.ts'
import type { PointName } from '../machines/points.ts'
import type { Breakable } from '../machines/shared/breakable.ts'
import { hostName } from '../machines/shared/host-name.ts'
import type { Authority } from '../machines/tls/certificates.ts'
import { TlsEdge, type TlsEdgeOptions } from '../machines/tls/tls-edge.ts'
import type { Observe } from '../machines/trace.ts'
import { Wire } from '../machines/wire/wire.ts'

/** How long the connections of a call that ended may take to close everywhere. */
const quietMs = 300

type DoorPoint = Exclude<PointName, 'api' | 'database' | 'database-wire' | 'kernel' | 'client'>

export interface FrontDoorOptions {
  readonly id: string
  /** Where the client meets it: DNS server and front wire. */
  readonly place: Place
  readonly clientGround: Ground
  readonly kernel: Kernel | undefined
  /** Where the machines behind them stand. */
  readonly address: string
  readonly ground: Ground
  readonly authority: Authority
  /** What the TLS edge gives and wants, beside the usual. */
  readonly edge: Pick<TlsEdgeOptions, 'tickets' | 'clientCertificate' | 'tlsVersion'>
  readonly api: () => { host: string; port: number }
  readonly database: () => { host: string; port: number }
  readonly observe: Observe
  readonly onBug: (error: Error) => void
}

interface DoorMachines {
  readonly dns: DnsServer
  readonly 'front-wire': Wire
  readonly tls: TlsEdge
  readonly 'inner-wire': Wire
  readonly gateway: Gateway
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
  readonly #options: FrontDoorOptions
  readonly #packets: PacketFilter | undefined
  /** What the kernel had counted when it was last asked: for all doors, and lost of this one's. */
  #repeats = 0
  #lost: Promise<number>
  /** Every call that ends asks all doors: one after the other, or one would miss what the other has just read. */
  #asking: Promise<unknown> = Promise.resolve()
  readonly #machines: DoorMachines

  static async open(options: FrontDoorOptions): Promise<FrontDoor> {
    const { id, place, clientGround, address, ground, authority, edge, observe, onBug } = options
    const machine = { ground, address, port: 0, observe, onBug }
    const gateway = await Gateway.open({ ...machine, door: id, upstream: options.api })
    const inner = await Wire.open({ ...machine, name: 'inner', upstream: () => at(gateway) })
    const tls = await TlsEdge.open({ ...machine, ...edge, authority, upstream: () => at(inner) })
    const [front, dns] = await Promise.all([
      Wire.open({
        ...machine,
        name: 'front',
        ground: clientGround,
        address: place.address,
        ...(place.address6 === undefined ? {} : { address6: place.address6 }),
        port: place.ports.https,
        upstream: () => at(tls),
      }),
      DnsServer.open({
        ground: clientGround,
        address: place.address,
        port: place.ports.dns,
        zone: {
          [hostName]: {
            A: [place.address],
            ...(place.address6 === undefined ? {} : { AAAA: [place.address6] }),
          },
        },
        openOtherHost: (other) => openOtherHost(options, other, () => at(gateway)),
        observe,
        onBug,
      }),
    ])
    const extra = await openForTools(options, gateway)
    const machines = { dns, 'front-wire': front, tls, 'inner-wire': inner, gateway }
    return new FrontDoor(options, machines, extra)
  }

  private constructor(options: FrontDoorOptions, machines: DoorMachines, extra: readonly Wire[]) {
    this.id = options.id
    this.dns = machines.dns
    this.front = machines['front-wire']
    this.#options = options
    this.#machines = machines
    this.#extra = extra
    this.#packets = options.kernel && new PacketFilter(options.kernel, options.place)
    // Whoever had this place before may have lost some.
    this.#lost = options.kernel === undefined ? Promise.resolve(0) : this.#lostSoFar(options.kernel)
    this.#lost.catch(() => {})
  }

  /** `https://api.example.test`, with the port where it is not 443. */
  get origin(): string {
    return `https://${hostName}${this.front.port === 443 ? '' : `:${this.front.port}`}`
  }

  /** Undefined where this door has no such machine. */
  point(name: DoorPoint | 'kernel'): Breakable<never> | undefined {
    if (name === 'kernel') return this.#packets
    return this.#machines[name] as Breakable<never>
  }

  get #wires(): readonly Wire[] {
    return Object.values(this.#machines).filter((machine) => machine instanceof Wire)
  }

  /** Resolves when nothing is on its way any more: the last call's connections are closed everywhere. */
  async quiet(): Promise<void> {
    for (const wire of this.#wires) await wire.quiet(quietMs)
  }

  /** What was lost up to now is no part of a later call. */
  async settle(): Promise<void> {
    const { kernel } = this.#options
    if (kernel !== undefined) await this.#inTurn(() => this.#lostSince(kernel))
  }

  #inTurn(ask: () => Promise<unknown>): Promise<unknown> {
    const asked = this.#asking.then(ask)
    this.#asking = asked.catch(() => {})
    return asked
  }

  /**
   * Packets of this door that set out and did not arrive since this was last asked. What nobody had to send again
   * delayed nobody, so nft is asked only where somebody did.
   */
  async #lostSince(kernel: Kernel): Promise<number> {
    const repeats = await kernel.repeats()
    if (repeats === this.#repeats) return 0
    this.#repeats = repeats
    const before = await this.#lost
    const now = Math.max(before, await this.#lostSoFar(kernel))
    this.#lost = Promise.resolve(now)
    return now - before
  }

  async #lostSoFar(kernel: Kernel): Promise<number> {
    const { address, ports } = this.#options.place
    const { sent, arrived } = await kernel.packets(address, ports.https)
    return sent - arrived
  }

  /** Writes down the totals of connections that are still open, and what the kernel counted meanwhile. */
  async flush(): Promise<void> {
    for (const wire of this.#wires) wire.flushObservations()
    const { kernel, observe } = this.#options
    if (kernel === undefined) return
    await this.#inTurn(async () => {
      const packets = await this.#lostSince(kernel)
      if (packets > 0) observe({ machine: 'kernel', what: 'lost', packets })
    })
  }

  async close(): Promise<void> {
    await Promise.all([...Object.values(this.#machines), ...this.#extra].map((machine) => machine.close()))
  }
}

/** A host that is up where the front wire's port is, and is not the API: its certificate is for its own name. */
async function openOtherHost(
  { authority, clientGround: ground, place, onBug }: FrontDoorOptions,
  address: string,
  upstream: () => { host: string; port: number },
): Promise<TlsEdge> {
  const { https: port } = place.ports
  const host = await TlsEdge.open({ ground, address, port, authority, upstream, observe: () => {}, onBug })
  const recipe = { leaf: { names: ['other.example.test'] } }
  await host.arm({ state: { kind: 'certificate', recipe } })
  return host
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
