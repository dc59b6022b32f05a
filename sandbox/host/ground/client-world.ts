import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { PartFailure } from '../../errors/part-failure.ts'
import type { WorldKind } from '../../language/fault.ts'
import type { Kernel } from '../../machines/kernel/packet-filter.ts'
import { cleanEnvironment } from '../environment.ts'
import type { RunDirectory } from '../lifetime/run-directory.ts'
import type { Watchdog } from '../lifetime/watchdog.ts'
import type { Place } from '../place.ts'
import type { Ground } from './ground.ts'
import { hasIpv6, PortableGround } from './loopback-ground.ts'

export interface SpawnInside {
  readonly environment?: Readonly<Record<string, string>>
  readonly stdio: SpawnOptions['stdio']
}

/** Where the clients live: which network and files they see. The machines never know which world it is. */
export interface ClientWorld {
  readonly kind: WorldKind
  /** Why this one. */
  readonly reason: string
  /** What faults may need of it and it does not have: `nft`, `ipv6`. */
  readonly lacks: readonly string[]
  readonly ground: Ground
  /** The kernel of a world of its own; the portable world shares the host's, which nobody touches. */
  readonly kernel?: Kernel
  /** Places never overlap; `index` counts from 0. `ipv6`: it has an IPv6 address too. */
  place(index: number, ipv6: boolean): Place
  /** The command line that runs a command in this world, seen from that place. */
  enter(place: Place, command: string, args: readonly string[]): [command: string, args: readonly string[]]
  /** Starts a process that sees this world from that place, with a clean environment. */
  spawn(place: Place, command: string, args: readonly string[], options: SpawnInside): ChildProcess
  close(): Promise<void>
}

export interface ClientWorldOptions {
  readonly run: RunDirectory
  readonly watchdog: Watchdog
  /** The sandbox's own address on the host's loopback. */
  readonly address: string
  readonly compileCache: string
  /** Called when the sealed world ends unasked. */
  readonly onDeath: (detail: string) => void
}

/** Ports of the first front door; the next door's are one higher. */
const firstPorts = { dns: 5300, https: 8440 }

/**
 * There is one IPv6 loopback address for all sandboxes, so each has its ports of a range of its own there: below
 * those that the kernel gives to anybody (ip_local_port_range starts at 32768).
 */
const sharedPorts = { first: 20_000, each: 32 }

const realPorts = { dns: 53, https: 443, http: 80, postgres: 5432 }

/** The highest last octet of the sealed world's places, 127.0.0.1 on. */
const placesMax = 250

/**
 * Enters the sealed world, or says why not.
 * @param wanted undefined: sealed where it can be had, else portable.
 * @throws Error when `sealed` is wanted and cannot be had.
 */
export async function openClientWorld(
  wanted: WorldKind | undefined,
  options: ClientWorldOptions,
): Promise<ClientWorld> {
  if (wanted === 'portable') return portable(options, 'asked for')
  if (process.platform !== 'linux')
    return refused(wanted, options, `needs Linux, this is ${process.platform}`)
  const { SealedGround } = await import('./sealed/sealed-ground.ts')
  try {
    const ground = await SealedGround.enter(options)
    return {
      kind: 'sealed',
      reason: wanted === undefined ? 'namespaces work here' : 'asked for',
      lacks: [...(ground.hasNft ? [] : ['nft']), ...(ground.hasIpv6 ? [] : ['ipv6'])],
      kernel: ground,
      ground,
      place: (index, ipv6) => sealedPlace((index % placesMax) + 1, ipv6),
      enter: (place, command, args) => ground.inside(place.address, command, args),
      spawn: (place, command, args, { environment, stdio }) => {
        const [enter, words] = ground.inside(place.address, command, args)
        return options.watchdog.spawn(enter, words, withStdio(environment, stdio))
      },
      close: () => ground.close(),
    }
  } catch (error) {
    return refused(wanted, options, (error as Error).message)
  }
}

/**
 * IPv6 has one loopback address only, so the second one is of the range for documentation (RFC 3849), which is
 * nobody's. The system's resolver puts it before IPv4 (RFC 6724 §6), as it would a real one.
 */
function sealedPlace(host: number, ipv6: boolean): Place {
  return {
    address: `127.0.0.${host}`,
    pages: `127.0.1.${host}`,
    ...(ipv6 ? { address6: `2001:db8::${host.toString(16)}` } : {}),
    ports: realPorts,
  }
}

function refused(wanted: WorldKind | undefined, options: ClientWorldOptions, why: string): ClientWorld {
  if (wanted === 'sealed') {
    throw new PartFailure(
      `sealed world: cannot be entered: ${why}. Run with --world=portable, or allow user namespaces`,
    )
  }
  return portable(options, `no sealed world: ${why}`)
}

function portable({ address, watchdog }: ClientWorldOptions, reason: string): ClientWorld {
  // Only on Linux has each sandbox an address, and so all ports, for itself.
  const owned = process.platform === 'linux' ? firstPorts : undefined
  const sandbox = Number(address.split('.').at(-1))
  const first6 = sharedPorts.first + sandbox * sharedPorts.each
  return {
    kind: 'portable',
    reason,
    lacks: ['nft', ...(hasIpv6() ? [] : ['ipv6'])],
    ground: new PortableGround(),
    place: (index, ipv6) => ({
      address,
      ...(ipv6 ? { address6: '::1' } : {}),
      ports: {
        dns: owned === undefined ? 0 : owned.dns + index,
        https: owned === undefined ? 0 : (ipv6 ? first6 : owned.https) + index,
      },
    }),
    enter: (_place, command, args) => [command, args],
    spawn: (_place, command, args, { environment, stdio }) =>
      watchdog.spawn(command, args, withStdio(environment, stdio)),
    close: async () => {},
  }
}

function withStdio(environment: SpawnInside['environment'], stdio: SpawnInside['stdio']): SpawnOptions {
  return { env: cleanEnvironment(environment), ...(stdio === undefined ? {} : { stdio }) }
}
