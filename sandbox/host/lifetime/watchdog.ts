import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { nowMs } from '../clock.ts'
import { spawnProcess } from '../spawn.ts'

/** The run that the children and the directory belong to. */
interface Run {
  readonly id: string
  readonly path: string
}

/** `quit` is for Postgres: it shuts down at once, and leaves no shared memory behind. */
export type HowToEnd = 'kill' | 'quit'

const script = fileURLToPath(new URL('./watchdog.sh', import.meta.url))

/** One that is killed is replaced. Where each ends within so short a time, so many in a row, none can live here. */
const shortLifeMs = 1_000
const shortLivesMax = 5

/**
 * Ends every child of a run when its runner dies, `kill -9` included, and removes the run's directory. It
 * is a shell in its own session (so Ctrl-C does not reach it) that waits for the end of a pipe.
 */
export class Watchdog {
  readonly #run: Run
  readonly #onLost: (reason: string) => void
  readonly #adopted = new Map<number, HowToEnd>()
  #shell!: ChildProcess
  #shortLives = 0
  #isClosed = false

  private constructor(run: Run, onLost: (reason: string) => void) {
    this.#run = run
    this.#onLost = onLost
    this.#start()
  }

  /** @param onLost called when there is none any more, nor can there be another: a run must not go on without. */
  static start(run: Run, onLost: (reason: string) => void = () => {}): Watchdog {
    return new Watchdog(run, onLost)
  }

  #start(): void {
    const startedMs = nowMs()
    const shell = spawnScript(this.#run.id, this.#run.path, 'pipe')
    this.#shell = shell
    shell.unref()
    this.#pipe.unref()
    // It fails when the shell is gone, which is noticed below.
    this.#pipe.on('error', () => {})
    for (const [pid, how] of this.#adopted) this.#tell(`+ ${pid} ${how.toUpperCase()}`)
    shell.on('error', (error) => this.#onLost(error.message))
    shell.once('exit', (code, signal) => {
      if (this.#isClosed) return
      this.#shortLives = nowMs() - startedMs < shortLifeMs ? this.#shortLives + 1 : 0
      if (this.#shortLives < shortLivesMax) this.#start()
      else this.#onLost(signal ?? `exit code ${code}`)
    })
  }

  get #pipe(): Socket {
    return this.#shell.stdin as Socket
  }

  /** Node hands a write to an idle pipe to the kernel before it returns, so a death right after is covered. */
  #tell(line: string): void {
    this.#pipe.write(`${line}\n`)
  }

  /** Takes over a child that leads its own process group (was spawned `detached`). */
  adopt(pid: number, how: HowToEnd = 'kill'): void {
    this.#adopted.set(pid, how)
    this.#tell(`+ ${pid} ${how.toUpperCase()}`)
  }

  /** The child has ended: its number may soon be another process's. */
  release(pid: number): void {
    if (this.#adopted.delete(pid)) this.#tell(`- ${pid}`)
  }

  /**
   * `child_process.spawn` for children of the run: in a process group of its own, marked with the run's id,
   * adopted until it exits. The mark covers the moment between the fork and the adoption.
   */
  spawn(
    command: string,
    args: readonly string[],
    { how, ...options }: SpawnOptions & { how?: HowToEnd } = {},
  ): ChildProcess {
    const env = { ...(options.env ?? process.env), FAULTPATH_RUN: this.#run.id }
    const child = spawnProcess(command, args, { ...options, env, detached: true })
    const { pid } = child
    if (pid !== undefined) {
      this.adopt(pid, how)
      child.once('exit', () => this.release(pid))
    }
    return child
  }

  /**
   * The run is over. Children that have not ended by now are ended as if the runner had died, and waited for. The
   * run's directory goes either way; where only that is left, no caller has to wait: a cluster is 400 files, which
   * take 8 ms. Safe to repeat.
   */
  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#adopted.size === 0) {
      this.#pipe.end('done\n')
      return
    }
    this.#shell.ref()
    this.#pipe.end()
    await exited(this.#shell)
    // Ended before it was done.
    if (this.#shell.signalCode !== null) await reap(this.#run.id, this.#run.path)
  }
}

/** Ends whatever a dead run left, and removes its directory: a watchdog with its pipe at the end already. */
export async function reap(id: string, path: string): Promise<void> {
  await exited(spawnScript(id, path, 'ignore'))
}

function spawnScript(id: string, path: string, stdin: 'pipe' | 'ignore'): ChildProcess {
  return spawnProcess('/bin/sh', [script, id, path], {
    cwd: '/',
    detached: true,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' },
    stdio: [stdin, 'ignore', 'ignore'],
  })
}

async function exited(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  await once(child, 'exit')
}
