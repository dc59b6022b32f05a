import { StartedParts, type UpOf } from '../host/parts.ts'
import { LostPackets } from '../machines/kernel/lost-packets.ts'
import type { Breakable } from '../machines/shared/breakable.ts'
import { hostName } from '../machines/shared/host-name.ts'
import { ownMachines, type PointName, type SeatContext } from '../machines/table.ts'

/** How long the connections of a call that ended may take to close everywhere. */
const quietMs = 300

type Machines = UpOf<typeof ownMachines>

/** What any machine may have, and those do that relay connections. */
interface Relay {
  quiet?(atMostMs: number): Promise<void>
  flushObservations?(): void
}

/**
 * One client's own way in: DNS server, wire, TLS edge, wire, gateway. So a fault armed here meets this
 * client alone, no counter is shared, and everything observed here is known to be its call.
 */
export class FrontDoor {
  readonly machines: Machines
  readonly #context: SeatContext
  readonly #parts: StartedParts<typeof ownMachines, SeatContext>
  readonly #lost: LostPackets | undefined

  /** @throws Error with `code` EADDRINUSE when a port is taken. What has come up by then is closed. */
  static async open(context: SeatContext): Promise<FrontDoor> {
    const parts = new StartedParts(ownMachines, context)
    try {
      return new FrontDoor(context, parts, await parts.all())
    } catch (error) {
      await parts.end()
      throw error
    }
  }

  private constructor(
    context: SeatContext,
    parts: StartedParts<typeof ownMachines, SeatContext>,
    machines: Machines,
  ) {
    this.#context = context
    this.#parts = parts
    this.machines = machines
    const { clientGround, place } = context
    this.#lost = clientGround.kernel && new LostPackets(clientGround.kernel, place)
  }

  /** `https://api.example.test`, with the port where it is not 443. */
  get origin(): string {
    const { port } = this.machines['front-wire']
    return `https://${hostName}${port === 443 ? '' : `:${port}`}`
  }

  /** `address:port` of the DNS server. */
  get dnsServer(): string {
    const { address, port } = this.machines.dns
    return `${address}:${port}`
  }

  /** Undefined where this door has no such machine. */
  point(name: PointName): Breakable<never> | undefined {
    return this.machines[name as keyof Machines] as Breakable<never> | undefined
  }

  get #relays(): readonly Relay[] {
    return Object.values(this.machines).filter((machine) => machine !== undefined) as readonly Relay[]
  }

  /** Resolves when nothing is on its way any more: the last call's connections are closed everywhere. */
  async quiet(): Promise<void> {
    for (const relay of this.#relays) await relay.quiet?.(quietMs)
  }

  /** What was lost up to now is no part of a later call. */
  async settle(): Promise<void> {
    await this.#lost?.since()
  }

  /** Writes down the totals of connections that are still open, and what the kernel counted meanwhile. */
  async flush(): Promise<void> {
    for (const relay of this.#relays) relay.flushObservations?.()
    const packets = (await this.#lost?.since()) ?? 0
    if (packets > 0) this.#context.observe({ machine: 'kernel', what: 'lost', packets })
  }

  async close(): Promise<void> {
    await this.#parts.end()
  }
}
