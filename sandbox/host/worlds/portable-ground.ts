import type { ChildProcess } from 'node:child_process'
import { spawnOptions } from '../environment.ts'
import type { ClientGround } from '../ground/ground.ts'
import { hasIpv6, LoopbackGround } from '../ground/loopback-ground.ts'
import type { Watchdog } from '../lifetime/watchdog.ts'
import type { PlaceAddress, SpawnInside } from '../place.ts'

/** Ports of the first place; the next place's are one higher. */
const firstPorts = { dns: 5300, https: 8440 }

/**
 * There is one IPv6 loopback address for all sandboxes, so each has its ports of a range of its own there: below
 * those that the kernel gives out by itself (ip_local_port_range starts at 32768).
 */
const sharedPorts = { first: 20_000, each: 32 }

/** The ground of the portable world: the host's loopback, where clients are told the port and the DNS server. */
export class PortableGround extends LoopbackGround implements ClientGround {
  readonly kind = 'portable'
  readonly reason: string
  readonly #address: string
  readonly #watchdog: Watchdog

  /** @param address the sandbox's own address. */
  constructor(address: string, watchdog: Watchdog, reason: string) {
    super()
    this.reason = reason
    this.#address = address
    this.#watchdog = watchdog
  }

  get lacks(): readonly string[] {
    return ['nft', ...(hasIpv6() ? [] : ['ipv6'])]
  }

  addressOf(index: number, ipv6: boolean): PlaceAddress {
    // Only on Linux has each sandbox an address, and so all ports, for itself.
    const owned = process.platform === 'linux' ? firstPorts : undefined
    const sandbox = Number(this.#address.split('.').at(-1))
    const first6 = sharedPorts.first + sandbox * sharedPorts.each
    return {
      address: this.#address,
      ...(ipv6 ? { address6: '::1' } : {}),
      ports: {
        dns: owned === undefined ? 0 : owned.dns + index,
        https: owned === undefined ? 0 : (ipv6 ? first6 : owned.https) + index,
      },
    }
  }

  enter(_address: string, command: string, args: readonly string[]): [string, readonly string[]] {
    return [command, args]
  }

  spawn(_address: string, command: string, args: readonly string[], inside: SpawnInside): ChildProcess {
    return this.#watchdog.spawn(command, args, spawnOptions(inside))
  }

  async close(): Promise<void> {}
}
