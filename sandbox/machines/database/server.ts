import { type ChildProcess, spawnSync } from 'node:child_process'
import { chownSync, closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cleanEnvironment } from '../../host/environment.ts'
import type { RunDirectory } from '../../host/lifetime/run-directory.ts'
import type { Watchdog } from '../../host/lifetime/watchdog.ts'
import type { Account, Binaries } from './binaries.ts'
import { signalTree } from './process-tree.ts'

/** What it takes to run Postgres programs in a run. */
export interface Launch {
  readonly binaries: Binaries
  readonly account: Account
  readonly address: string
  readonly run: RunDirectory
  readonly watchdog: Watchdog
}

export interface PostgresServer {
  readonly pid: number
  readonly port: number
  /**
   * - `throw-away`: at once, whatever the clients do, and the files are left as after a crash.
   * - `keep`: ends the sessions and writes everything to disk.
   */
  stop(how: 'throw-away' | 'keep'): Promise<void>
}

const firstPort = 15432
const portsMax = 50
const readyWithinMs = 15_000
const readyPollMs = 2
const stopWithinMs = 1_500

/** A directory in the run that belongs to the account Postgres runs as, and that no other account may enter. */
export function makeDataDirectory({ run, account }: Launch, name: string): string {
  const path = join(run.path, name)
  mkdirSync(path, { mode: 0o700 })
  if (account.uid !== undefined) chownSync(path, account.uid, account.gid ?? account.uid)
  return path
}

/**
 * Unpacks the cluster on standard input unless it is there already, adds where to listen, and becomes
 * Postgres. It is one shell, so that it goes on by itself while the runner is busy loading modules. The
 * address is in the file and not on the command line: there, every reload of the settings would complain.
 */
const startScript = `
set -e
[ -e PG_VERSION ] || tar -xpf -
printf "listen_addresses = '%s'\\nport = %s\\n" "$2" "$3" >>postgresql.conf
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
 * Starts Postgres in `data`, on the first free port from 15432 on.
 *
 * @throws Error with the end of its log when it does not come up.
 */
export async function startServer(
  launch: Launch,
  data: string,
  { cluster, onDeath, onSpawn }: StartOptions = {},
): Promise<PostgresServer> {
  const log = logOf(data)
  for (let port = firstPort; ; port += 1) {
    const stdin = cluster === undefined ? 'ignore' : openSync(cluster, 'r')
    // A file and not a pipe: no process has to read it, so a busy runner never makes Postgres wait.
    const output = openSync(log, 'w', 0o600)
    const words = ['sh', '-c', startScript, 'sh', launch.binaries.postgres, launch.address, String(port)]
    const child = spawnAs(launch, words, 'quit', data, [stdin, output, output])
    onSpawn?.()
    closeSync(output)
    if (stdin !== 'ignore') closeSync(stdin)
    if (await becomesReady(child, data)) return serverOf(child, port, data, onDeath)
    const said = tail(log)
    if (!said.includes('could not bind') || port === firstPort + portsMax) {
      throw new Error(`database: Postgres did not start on ${launch.address}:${port}. It said:\n${said}`)
    }
  }
}

/** Spawns a Postgres program, or a shell that becomes one, as the account Postgres may run as. */
export function spawnAs(
  { account: { prefix, ...ids }, watchdog }: Launch,
  words: readonly string[],
  how: 'kill' | 'quit',
  cwd: string,
  stdio: ('ignore' | number)[],
): ChildProcess {
  const [command = '', ...args] = [...prefix, ...words]
  const child = watchdog.spawn(command, args, {
    ...ids,
    how,
    cwd,
    stdio,
    env: cleanEnvironment({ LC_ALL: 'C' }),
  })
  // A program that cannot be spawned never exits: the code that waits for it looks at its pid.
  child.on('error', () => {})
  return child
}

/** Postgres writes `ready` to line 8 of its pid file. Line 1 tells that the file is not an older server's. */
async function becomesReady(child: ChildProcess, data: string): Promise<boolean> {
  const giveUpAtMs = performance.now() + readyWithinMs
  while (child.pid !== undefined && !hasEnded(child)) {
    const lines = readIfThere(join(data, 'postmaster.pid')).split('\n')
    if (lines[7]?.trim() === 'ready' && lines[0] === String(child.pid)) return true
    if (performance.now() > giveUpAtMs) {
      signalTree(child.pid, 'SIGKILL')
      return false
    }
    await sleep(readyPollMs)
  }
  return false
}

function serverOf(
  child: ChildProcess,
  port: number,
  data: string,
  onDeath?: (reason: string) => void,
): PostgresServer {
  const pid = child.pid!
  let isStopping = false
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      removeSharedMemory(data)
      if (!isStopping)
        onDeath?.(
          `database: Postgres ended by itself (${signal ?? `exit ${code}`}). It said:\n${tail(logOf(data))}`,
        )
      resolve()
    })
    if (hasEnded(child)) resolve()
  })
  return {
    pid,
    port,
    async stop(how) {
      isStopping = true
      if (hasEnded(child)) return
      // PostgreSQL manual, "Shutting Down the Server". A stopped process takes the signal once continued.
      process.kill(pid, how === 'keep' ? 'SIGINT' : 'SIGQUIT')
      signalTree(pid, 'SIGCONT')
      const patience = setTimeout(() => signalTree(pid, 'SIGKILL'), stopWithinMs)
      await ended
      clearTimeout(patience)
    },
  }
}

/**
 * Killed with -9, Postgres leaves a System V shared memory segment for ever, and its pid file; line 7 of that
 * ends in the segment's number.
 */
function removeSharedMemory(data: string): void {
  const [, segment] = /(\d+)\s*$/.exec(readIfThere(join(data, 'postmaster.pid')).split('\n')[6] ?? '') ?? []
  if (segment !== undefined) spawnSync('ipcrm', ['-m', segment], { stdio: 'ignore' })
}

/** Beside the data directory, which only Postgres's account can enter. */
function logOf(data: string): string {
  return `${data}.log`
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** The end of a log, for a message. */
export function tail(log: string): string {
  return readIfThere(log).trim().split('\n').slice(-12).join('\n')
}
