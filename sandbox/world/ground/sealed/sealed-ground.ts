import type { ChildProcess } from 'node:child_process'
import type { Socket as UdpSocket } from 'node:dgram'
import { existsSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cleanEnvironment, nodeFlags } from '../../environment.ts'
import type { Kernel } from '../../kernel/packet-filter.ts'
import type { PacketCounts } from '../../kernel/packet-watch.ts'
import type { RunDirectory } from '../../lifetime/run-directory.ts'
import type { Watchdog } from '../../lifetime/watchdog.ts'
import type { FullBacklog, Ground, Occupation } from '../ground.ts'
import type { FromKeeper, ToKeeper } from './messages.ts'

const enterScript = fileURLToPath(new URL('./enter.sh', import.meta.url))
const keeperEntry = fileURLToPath(new URL('./keeper.ts', import.meta.url))

/** Entering takes some 50 ms; a kernel that does not answer for this long will not. */
const enterMs = 5_000

type Request = ToKeeper extends infer Message
  ? Message extends unknown
    ? Omit<Message, 'id'>
    : never
  : never

interface Answer {
  readonly value?: string | number | PacketCounts
  readonly handle?: unknown
}

/** What enter.sh says. */
interface Entered {
  readonly pid: number
  readonly hasNft: boolean
  readonly hasIpv6: boolean
}

interface Pending {
  resolve(answer: Answer): void
  reject(error: Error): void
}

export interface SealedGroundOptions {
  readonly run: RunDirectory
  readonly watchdog: Watchdog
  readonly compileCache: string
}

/**
 * The ground of the sealed world: a user, network, mount and pid namespace of its own, made without root
 * (user_namespaces(7)). Its loopback is not the host's, so the ports in it are the real ones: 53, 80, 443.
 */
export class SealedGround implements Ground, Kernel {
  /** The keeper, as the host knows it: whoever enters the namespaces names it. */
  readonly pid: number
  readonly hasNft: boolean
  readonly hasIpv6: boolean
  readonly #child: ChildProcess
  readonly #run: RunDirectory
  readonly #pending = new Map<number, Pending>()
  #asked = 0

  /** @throws Error that says why namespaces cannot be had here. */
  static async enter({ run, watchdog, compileCache }: SealedGroundOptions): Promise<SealedGround> {
    writeFileSync(join(run.path, 'nsswitch.conf'), 'passwd: files\ngroup: files\nhosts: files dns\n')
    writeFileSync(join(run.path, 'resolv.conf'), resolvConf('127.0.0.1'))
    // Bound before it is written: the certificates are made meanwhile, into the same file.
    writeFileSync(join(run.path, 'ca.pem'), '', { flag: 'a' })
    const node = [process.execPath, ...nodeFlags, keeperEntry]
    const child = watchdog.spawn(
      'unshare',
      [
        '--user',
        '--map-root-user',
        '--net',
        '--mount',
        '--pid',
        '--fork',
        '--kill-child',
        'sh',
        enterScript,
        run.path,
        ...node,
      ],
      {
        env: cleanEnvironment({ NODE_COMPILE_CACHE: compileCache }),
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    )
    let complaint = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk).slice(-2_000)
    })
    const entered = await new Promise<Entered>((resolve, reject) => {
      const refuse = (why: string) => {
        child.kill('SIGKILL')
        reject(new Error(why))
      }
      const timer = setTimeout(refuse, enterMs, `no answer within ${enterMs} ms`)
      child.once('error', (error: NodeJS.ErrnoException) =>
        refuse(error.code === 'ENOENT' ? 'unshare is not installed (package util-linux)' : error.message),
      )
      child.once('close', (code) => refuse(complaint.trim().split('\n').at(-1) || `exit code ${code}`))
      child.stdout?.once('data', (line: Buffer) => {
        const [pid, ...has] = line.toString().trim().split(' ')
        resolve({ pid: Number(pid), hasNft: has.includes('nft'), hasIpv6: has.includes('ipv6') })
        clearTimeout(timer)
      })
      child.once('close', () => clearTimeout(timer))
    })
    return new SealedGround(child, entered, run)
  }

  private constructor(child: ChildProcess, { pid, hasIpv6, hasNft }: Entered, run: RunDirectory) {
    this.#child = child
    this.pid = pid
    this.hasNft = hasNft
    this.hasIpv6 = hasIpv6
    this.#run = run
    child.on('message', (message: FromKeeper, handle: unknown) => this.#receive(message, handle))
    child.once('close', () => {
      for (const { reject } of this.#pending.values()) reject(new Error('sealed world: its keeper ended'))
      this.#pending.clear()
    })
  }

  async listen(server: Server, address: string, port: number): Promise<number> {
    const { handle } = await this.#ask({ kind: 'listen', address, port })
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
    const { handle } = await this.#ask({ kind: 'bind-udp', address, port })
    return handle as UdpSocket
  }

  async probe(address: string, port: number): Promise<string> {
    return String((await this.#ask({ kind: 'probe', address, port })).value)
  }

  async fillBacklog(address: string, port: number): Promise<FullBacklog> {
    const { value } = await this.#ask({ kind: 'fill-backlog', address, port })
    return {
      witness: value as FullBacklog['witness'],
      unanswered: async () => Number((await this.#ask({ kind: 'unanswered', address, port })).value),
      release: async () => {
        await this.#ask({ kind: 'release-backlog', address, port })
      },
    }
  }

  async occupy(address: string, port: number, connections: number): Promise<Occupation> {
    await this.#ask({ kind: 'occupy', address, port, connections })
    return {
      release: async () => {
        await this.#ask({ kind: 'leave', address, port })
      },
    }
  }

  async nft(input: string): Promise<string> {
    return String((await this.#ask({ kind: 'nft', input })).value)
  }

  async packets(address: string, port: number): Promise<PacketCounts> {
    return (await this.#ask({ kind: 'packets', address, port })).value as PacketCounts
  }

  async repeats(): Promise<number> {
    return Number((await this.#ask({ kind: 'repeats' })).value)
  }

  /** Written in place: running clients have this very file mounted, and glibc reads it again when it changed. */
  useResolvers(client: string, resolvers: readonly string[]): void {
    writeFileSync(this.#resolversFile(client), resolvConf(...resolvers))
  }

  #resolversFile(client: string): string {
    return join(this.#run.path, `resolv-${client}.conf`)
  }

  /**
   * The command line that runs a command inside, looking names up at `resolver`. Each gets mounts of its own on
   * top, because each client has a DNS server of its own.
   */
  inside(resolver: string, command: string, args: readonly string[]): [command: string, args: string[]] {
    const file = this.#resolversFile(resolver)
    if (!existsSync(file)) this.useResolvers(resolver, [resolver])
    const enter = [
      '--target',
      String(this.pid),
      '--user',
      '--preserve-credentials',
      '--net',
      '--mount',
      '--pid',
    ]
    const bind = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'
    return ['nsenter', [...enter, '--', 'unshare', '--mount', 'sh', '-c', bind, file, command, ...args]]
  }

  /** Ends the namespaces with everything that runs in them. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = new Promise<void>((resolve) => this.#child.once('close', () => resolve()))
    this.#child.kill('SIGKILL')
    await gone
  }

  #ask(request: Request): Promise<Answer> {
    this.#asked += 1
    const id = this.#asked
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
      this.#child.send({ ...request, id }, (error) => {
        if (error !== null) reject(error)
      })
    })
  }

  #receive(message: FromKeeper, handle: unknown): void {
    const pending = this.#pending.get(message.id)
    this.#pending.delete(message.id)
    if (message.kind === 'failed')
      pending?.reject(Object.assign(new Error(message.message), { code: message.code }))
    else pending?.resolve({ handle, ...(message.value === undefined ? {} : { value: message.value }) })
  }
}

function resolvConf(...servers: readonly string[]): string {
  return `${servers.map((server) => `nameserver ${server}\n`).join('')}options timeout:1 attempts:2\n`
}
