import { type ChildProcess, spawnSync } from 'node:child_process'
import { closeSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PartFailure } from '../../errors/part-failure.ts'
import { identify, isStopped, lives, type ProcessIdentity } from '../../host/lifetime/process-identity.ts'
import { type Launch, readIfThere, spawnAs, tail } from './launch.ts'
import { childrenOf, signalTree } from './process-tree.ts'

const firstPort = 15432
const portsMax = 50
const readyWithinMs = 15_000
const pollMs = 2
const shutDownWithinMs = 1_500
/** How long processes may take to do what a signal says, or to notice that their first one is gone. */
const obeyWithinMs = 1_000

/**
 * Unpacks the cluster on standard input unless it is there already, adds where to listen unless that is what was said
 * last, and becomes Postgres. It is one shell, so that it goes on by itself while the runner is busy loading modules. The
 * address is in the file and not on the command line: there, every reload of the settings would complain.
 */
const startScript = `
set -e
[ -e PG_VERSION ] || tar -xpf -
place="$(printf "listen_addresses = '%s'\\nport = %s" "$2" "$3")"
[ "$(tail -n 2 postgresql.conf)" = "$place" ] || printf '%s\\n' "$place" >>postgresql.conf
exec "$1" -D "$PWD" </dev/null
`

export interface StartOptions {
  /** A tar file to fill an empty directory with. */
  readonly cluster?: string
  /** Called as soon as its process has been spawned; again when another port has to be tried. */
  readonly onSpawn?: (() => void) | undefined
  /** Called when it ends unasked. */
  readonly onDeath?: ((reason: string) => void) | undefined
}

/**
 * How Postgres is told to end (PostgreSQL manual, "Shutting Down the Server"):
 * - `fast`: ends the sessions and writes everything to disk.
 * - `immediate`: at once, and the files are left as after a crash.
 */
export type ShutDownMode = 'fast' | 'immediate'

const signalOf = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const

/** A Postgres in one data directory, on one port: it can be told to end, be killed, stand still, and be started again. */
export class PostgresServer {
  readonly port: number
  readonly #launch: Launch
  readonly #data: string
  readonly #onDeath: StartOptions['onDeath']
  #child!: ChildProcess
  #ended!: Promise<void>
  /** An end that comes now is unasked. */
  #isToRun = false
  #isClosed = false

  /**
   * Starts Postgres in `data`, on the first free port from 15432 on.
   *
   * @throws Error with the end of its log when it does not come up.
   */
  static async start(
    launch: Launch,
    data: string,
    { cluster, onDeath, onSpawn }: StartOptions = {},
  ): Promise<PostgresServer> {
    for (let port = firstPort; ; port += 1) {
      const server = new PostgresServer(launch, data, port, onDeath)
      server.#spawn('w', cluster)
      onSpawn?.()
      if (await server.#becomesReady()) return server
      if (!tail(logOf(data)).includes('could not bind') || port === firstPort + portsMax)
        throw server.#notStarted()
    }
  }

  private constructor(launch: Launch, data: string, port: number, onDeath: StartOptions['onDeath']) {
    this.port = port
    this.#launch = launch
    this.#data = data
    this.#onDeath = onDeath
  }

  /** Of its first process, the postmaster. */
  get pid(): number {
    return this.#child.pid!
  }

  get isRunning(): boolean {
    return this.#child.pid !== undefined && !hasEnded(this.#child)
  }

  /** Every process of it, the postmaster first. */
  get processes(): readonly number[] {
    return this.isRunning ? [this.pid, ...childrenOf(this.pid)] : []
  }

  /** All that it has written to its log since its first start. */
  get log(): string {
    return readIfThere(logOf(this.#data))
  }

  /** Ends it for good, also while it is being started again. Safe to repeat. */
  async stop(mode: ShutDownMode): Promise<void> {
    this.#isClosed = true
    await this.shutDown(mode)
  }

  /** Resolves when it has ended. Safe to repeat. */
  async shutDown(mode: ShutDownMode): Promise<void> {
    this.#isToRun = false
    if (!this.isRunning) return
    // A stopped process takes the signal once continued.
    process.kill(this.pid, signalOf[mode])
    signalTree(this.pid, 'SIGCONT')
    const patience = setTimeout(() => signalTree(this.pid, 'SIGKILL'), shutDownWithinMs)
    await this.#ended
    clearTimeout(patience)
  }

  /** A smart shutdown: from now on it lets no session in, and ends as soon as the last one has ended. */
  beginSmartShutDown(): void {
    this.#isToRun = false
    process.kill(this.pid, 'SIGTERM')
  }

  /** SIGKILL to the postmaster. Its other processes notice, and end. Resolves when all are gone. */
  async kill(): Promise<void> {
    this.#isToRun = false
    // Stopped, it makes no further ones while they are counted.
    await this.#stopPostmaster()
    const others = childrenOf(this.pid).flatMap((pid) => identify(pid) ?? [])
    process.kill(this.pid, 'SIGKILL')
    await this.#ended
    await allGone(others)
  }

  /** SIGSTOP to all of its processes: they stand still, and the kernel goes on accepting connections for them. */
  async freeze(): Promise<void> {
    await this.#stopPostmaster()
    signalTree(this.pid, 'SIGSTOP')
    await until(() => this.processes.every(isStopped))
  }

  thaw(): void {
    if (this.isRunning) signalTree(this.pid, 'SIGCONT')
  }

  /**
   * Starts it where it has ended, in its directory and on its port. Resolves when it lets sessions in.
   * @throws Error with the end of its log when it does not come up.
   */
  async startAgain(): Promise<void> {
    if (this.isRunning) return
    await this.#ended
    if (this.#isClosed) throw new Error('database: Postgres was stopped for good')
    this.#spawn('a')
    if (!(await this.#becomesReady())) throw this.#notStarted()
  }

  async #stopPostmaster(): Promise<void> {
    process.kill(this.pid, 'SIGSTOP')
    await until(() => !this.isRunning || isStopped(this.pid))
  }

  #spawn(logFlag: 'w' | 'a', cluster?: string): void {
    const { address, binaries } = this.#launch
    const stdin = cluster === undefined ? 'ignore' : openSync(cluster, 'r')
    // A file and not a pipe: no process has to read it, so a busy runner never makes Postgres wait.
    const output = openSync(logOf(this.#data), logFlag, 0o600)
    const words = ['sh', '-c', startScript, 'sh', binaries.postgres, address, String(this.port)]
    const child = spawnAs(this.#launch, words, 'quit', this.#data, [stdin, output, output])
    closeSync(output)
    if (stdin !== 'ignore') closeSync(stdin)
    this.#child = child
    this.#ended = new Promise((resolve) => {
      // It could not be spawned.
      child.once('error', () => resolve())
      child.once('exit', (code, signal) => {
        clearUp(this.#data, child.pid!)
        resolve()
        if (this.#isToRun) this.#onDeath?.(this.#words(`ended by itself (${signal ?? `exit ${code}`})`))
      })
    })
  }

  /** Postgres writes `ready` to line 8 of its pid file. Line 1 tells that the file is not an older server's. */
  async #becomesReady(): Promise<boolean> {
    const { pid } = this.#child
    const giveUpAtMs = performance.now() + readyWithinMs
    while (pid !== undefined && this.isRunning) {
      const lines = pidFileOf(this.#data)
      if (lines[7]?.trim() === 'ready' && lines[0] === String(pid)) {
        this.#isToRun = !this.#isClosed
        return true
      }
      if (performance.now() > giveUpAtMs) {
        signalTree(pid, 'SIGKILL')
        return false
      }
      await sleep(pollMs)
    }
    return false
  }

  #notStarted(): PartFailure {
    const { exitCode, signalCode } = this.#child
    const why = signalCode === null ? (exitCode === null ? '' : ` (exit ${exitCode})`) : ` (${signalCode})`
    return new PartFailure(this.#words(`did not start on ${this.#launch.address}:${this.port}${why}`))
  }

  #words(what: string): string {
    const log = tail(logOf(this.#data))
    return `database: Postgres ${what}${log === '' ? '' : `. It said:\n${log}`}`
  }
}

/** Postgres's processes end by themselves when their first one is gone; one that does not in time is killed. */
async function allGone(processes: readonly ProcessIdentity[]): Promise<void> {
  const left = () => processes.filter(({ pid, start }) => lives(pid, start))
  await until(() => left().length === 0)
  for (const { pid } of left()) signalTree(pid, 'SIGKILL')
  await until(() => left().length === 0)
}

/** Resolves when it is so, or time is up. */
async function until(isSo: () => boolean): Promise<void> {
  const giveUpAtMs = performance.now() + obeyWithinMs
  while (!isSo() && performance.now() < giveUpAtMs) await sleep(pollMs)
}

/**
 * Killed with -9, Postgres leaves a System V shared memory segment for ever, and its pid file. A later Postgres would take
 * the file for that of a living one, should the number in it have become another process's.
 */
function clearUp(data: string, pid: number): void {
  for (const segment of segmentsOf(data, pid)) spawnSync('ipcrm', ['-m', segment], { stdio: 'ignore' })
  rmSync(join(data, 'postmaster.pid'), { force: true })
}

/** The kernel knows who made each, from the first moment on. Line 7 of the pid file ends in the number, too. */
function segmentsOf(data: string, pid: number): ReadonlySet<string> {
  const made = readIfThere('/proc/sysvipc/shm')
    .split('\n')
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , , , maker]) => maker === String(pid))
    .map(([, segment = '']) => segment)
  return new Set([...made, ...(/\d+(?=\s*$)/.exec(pidFileOf(data)[6] ?? '') ?? [])])
}

/** Its lines; none where there is no server. */
function pidFileOf(data: string): readonly string[] {
  return readIfThere(join(data, 'postmaster.pid')).split('\n')
}

/** Beside the data directory, which only Postgres's account can enter. */
function logOf(data: string): string {
  return `${data}.log`
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}
