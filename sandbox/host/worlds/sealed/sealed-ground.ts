import type { ChildProcess } from 'node:child_process'
import type { Socket as UdpSocket } from 'node:dgram'
import { closeSync, constants, ftruncateSync, openSync, writeFileSync, writeSync } from 'node:fs'
import type { Server } from 'node:net'
import { join } from 'node:path'
import { spawnOptions } from '../../environment.ts'
import type { Change, ClientGround, FullBacklog, Inside, Occupation } from '../../ground/ground.ts'
import type { Kernel, PacketCounts } from '../../ground/kernel.ts'
import type { RunDirectory } from '../../lifetime/run-directory.ts'
import type { Watchdog } from '../../lifetime/watchdog.ts'
import type { PlaceAddress, SpawnInside } from '../../place.ts'
import type { SealedInside } from './inside/sealed-inside.ts'
import { type KeeperOptions, KeeperProcess } from './keeper-process.ts'

const realPorts = { dns: 53, https: 443, http: 80, postgres: 5432 }

/** The highest last octet of the places, 127.0.0.1 on. */
const placesMax = 250

/**
 * The ground of the sealed world: a user, network, mount and pid namespace of its own, made without root
 * (user_namespaces(7)). Its loopback is not the host's, so the ports in it are the real ones: 53, 80, 443.
 */
export class SealedGround implements ClientGround, Kernel {
  readonly kind = 'sealed'
  readonly reason: string
  readonly kernel: Kernel = this
  readonly #keeper: KeeperProcess
  readonly #run: RunDirectory
  readonly #watchdog: Watchdog
  readonly #insides = new Map<string, Promise<SealedInside>>()
  #insidesMade = 0

  /** @throws Error that says why namespaces cannot be had here. */
  static async enter(reason: string, options: KeeperOptions): Promise<SealedGround> {
    const { run } = options
    writeFileSync(join(run.path, 'nsswitch.conf'), 'passwd: files\ngroup: files\nhosts: files dns\n')
    writeFileSync(join(run.path, 'resolv.conf'), resolvConf('127.0.0.1'))
    // Bound before it is written: the certificates are made meanwhile, into the same file.
    writeFileSync(join(run.path, 'ca.pem'), '', { flag: 'a' })
    return new SealedGround(reason, await KeeperProcess.enter(options), options)
  }

  private constructor(reason: string, keeper: KeeperProcess, { run, watchdog }: KeeperOptions) {
    this.reason = reason
    this.#keeper = keeper
    this.#run = run
    this.#watchdog = watchdog
  }

  get lacks(): readonly string[] {
    const { hasIpv6, hasNft } = this.#keeper.entered
    return [...(hasNft ? [] : ['nft']), ...(hasIpv6 ? [] : ['ipv6'])]
  }

  /**
   * IPv6 has one loopback address only, so the second one is of the range for documentation (RFC 3849), which is in
   * no network. The system's resolver puts it before IPv4 (RFC 6724 §6), as it would a real one.
   *
   * The place's resolver is written down at once: whoever enters it later finds the file, even where memory is full.
   */
  addressOf(index: number, ipv6: boolean): PlaceAddress {
    const host = (index % placesMax) + 1
    const address = `127.0.0.${host}`
    this.useResolvers(address, [address])
    return {
      address,
      pages: `127.0.1.${host}`,
      ...(ipv6 ? { address6: `2001:db8::${host.toString(16)}` } : {}),
      ports: realPorts,
    }
  }

  async listen(server: Server, address: string, port: number): Promise<number> {
    const { handle } = await this.#keeper.askForSocket({ kind: 'listen', address, port })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(handle as Server, () => {
        server.off('error', reject)
        resolve()
      })
    })
    const bound = server.address()
    return typeof bound === 'object' && bound !== null ? bound.port : port
  }

  async bindUdp(address: string, port: number): Promise<UdpSocket> {
    const { handle } = await this.#keeper.askForSocket({ kind: 'bind-udp', address, port })
    return handle as UdpSocket
  }

  async probe(address: string, port: number): Promise<string> {
    return String((await this.#keeper.ask({ kind: 'probe', address, port })).value)
  }

  async fillBacklog(address: string, port: number, vacate: () => void): Promise<FullBacklog> {
    if (!this.#keeper.entered.hasNft) vacate()
    const { value } = await this.#keeper.ask({ kind: 'fill-backlog', address, port })
    return {
      witness: value as FullBacklog['witness'],
      unanswered: async () => Number((await this.#keeper.ask({ kind: 'unanswered', address, port })).value),
      release: async () => {
        await this.#keeper.ask({ kind: 'release-backlog', address, port })
      },
    }
  }

  async occupy(address: string, port: number, connections: number): Promise<Occupation> {
    await this.#keeper.ask({ kind: 'occupy', address, port, connections })
    return {
      release: async () => {
        await this.#keeper.ask({ kind: 'leave', address, port })
      },
    }
  }

  async nft(input: string): Promise<string> {
    return String((await this.#keeper.ask({ kind: 'nft', input })).value)
  }

  async packets(addresses: readonly string[], port: number): Promise<PacketCounts> {
    return (await this.#keeper.ask({ kind: 'packets', addresses, port })).value as PacketCounts
  }

  async endLeft(addresses: readonly string[], port: number): Promise<void> {
    await this.#keeper.ask({ kind: 'end-left', addresses, port })
  }

  async repeats(): Promise<number> {
    return Number((await this.#keeper.ask({ kind: 'repeats' })).value)
  }

  /**
   * Written in place: running clients have this very file mounted, and glibc reads it again when it changed. It is cut
   * behind what was written, not before: so it is never empty, where memory is full either.
   */
  useResolvers(client: string, resolvers: readonly string[]): void {
    const file = openSync(this.#resolversFile(client), constants.O_WRONLY | constants.O_CREAT)
    try {
      ftruncateSync(file, writeSync(file, resolvConf(...resolvers)))
    } finally {
      closeSync(file)
    }
  }

  #resolversFile(client: string): string {
    return join(this.#run.path, `resolv-${client}.conf`)
  }

  /**
   * The command line that runs a command inside, looking names up at `resolver`. Each gets mounts of its own on
   * top, because each client has a DNS server of its own.
   */
  enter(resolver: string, command: string, args: readonly string[]): [command: string, args: string[]] {
    const file = this.#resolversFile(resolver)
    const enter = [
      '--target',
      String(this.#keeper.entered.pid),
      '--user',
      '--preserve-credentials',
      '--net',
      '--mount',
      '--pid',
    ]
    const bind = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'
    return ['nsenter', [...enter, '--', 'unshare', '--mount', 'sh', '-c', bind, file, command, ...args]]
  }

  spawn(address: string, command: string, args: readonly string[], inside: SpawnInside): ChildProcess {
    const [enter, words] = this.enter(address, command, args)
    return this.#watchdog.spawn(enter, words, spawnOptions(inside))
  }

  /** Of each set of writable folders one, as long as it lives: a program may end all that runs in it. */
  async inside(resolver: string, writable: readonly string[]): Promise<Inside> {
    const key = JSON.stringify([resolver, ...[...writable].sort()])
    const known = this.#insides.get(key)
    if (known !== undefined) return await known
    const made = this.#makeInside(resolver, writable)
    this.#insides.set(key, made)
    const forget = () => this.#insides.delete(key)
    made.then(({ ended }) => ended).then(forget, forget)
    return await made
  }

  async #makeInside(resolver: string, writable: readonly string[]): Promise<SealedInside> {
    const { SealedInside: SealedInsideClass } = await import('./inside/sealed-inside.ts')
    this.#insidesMade += 1
    return await SealedInsideClass.build(this.#insidesMade, {
      ...{ run: this.#run, watchdog: this.#watchdog, writable },
      keeper: this.#keeper.entered.pid,
      hasAllUsers: this.#keeper.hasAllUsers,
      resolvers: this.#resolversFile(resolver),
    })
  }

  async changes(): Promise<readonly Change[]> {
    const insides = await Promise.allSettled(this.#insides.values())
    return insides.flatMap((each) => (each.status === 'fulfilled' ? each.value.changes() : []))
  }

  /** Ends the namespaces with everything that runs in them. */
  async close(): Promise<void> {
    await this.#keeper.close()
  }
}

function resolvConf(...servers: readonly string[]): string {
  return `${servers.map((server) => `nameserver ${server}\n`).join('')}options timeout:1 attempts:2\n`
}
