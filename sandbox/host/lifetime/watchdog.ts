import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'

/** The run that the children and the directory belong to. */
interface Run {
  readonly id: string
  readonly path: string
}

/** `quit` is for Postgres: it shuts down at once, and leaves no shared memory behind. */
export type HowToEnd = 'kill' | 'quit'

const script = fileURLToPath(new URL('./watchdog.sh', import.meta.url))

/**
 * Ends every child of a run when its runner dies, `kill -9` included, and removes the run's directory. It
 * is a shell in its own session (so Ctrl-C does not reach it) that waits for the end of a pipe.
 */
export class Watchdog {
  readonly #run: Run
  readonly #shell: ChildProcess
  readonly #pipe: Socket
  readonly #adopted = new Set<number>()

  private constructor(run: Run) {
    this.#run = run
    this.#shell = spawnScript(run.id, run.path, 'pipe')
    this.#pipe = this.#shell.stdin as Socket
    this.#shell.unref()
    this.#pipe.unref()
    // Both fail only when the shell is gone. The sweep of the next start then ends what this one could not.
    this.#shell.on('error', () => {})
    this.#pipe.on('error', () => {})
  }

  static start(run: Run): Watchdog {
    return new Watchdog(run)
  }

  /** Takes over a child that leads its own process group (was spawned `detached`). */
  adopt(pid: number, how: HowToEnd = 'kill'): void {
    this.#adopted.add(pid)
    // Node hands a write to an idle pipe to the kernel before it returns, so a death right after is covered.
    this.#pipe.write(`+ ${pid} ${how.toUpperCase()}\n`)
  }

  /** The child has ended: its number may soon be another process's. */
  release(pid: number): void {
    if (this.#adopted.delete(pid)) this.#pipe.write(`- ${pid}\n`)
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
    const child = spawn(command, args, { ...options, env, detached: true })
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
    if (this.#adopted.size === 0) {
      this.#pipe.end('done\n')
      return
    }
    this.#shell.ref()
    this.#pipe.end()
    await exited(this.#shell)
  }
}

/** Ends whatever a dead run left, and removes its directory: a watchdog with its pipe at the end already. */
export async function reap(id: string, path: string): Promise<void> {
  await exited(spawnScript(id, path, 'ignore'))
}

function spawnScript(id: string, path: string, stdin: 'pipe' | 'ignore'): ChildProcess {
  return spawn('/bin/sh', [script, id, path], {
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
