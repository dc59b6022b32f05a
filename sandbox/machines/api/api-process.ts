import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { PartFailure } from '../../errors/part-failure.ts'
import { cleanEnvironment, nodeFlags } from '../../host/environment.ts'
import { isStopped } from '../../host/lifetime/process-identity.ts'
import { Questions } from '../../host/questions.ts'
import { spawnProcess } from '../../host/spawn.ts'
import type { FromApi, ToApi } from './process/messages.ts'

/** How long a living process may take to acknowledge. A blocked event loop answers nothing until it is free. */
const acknowledgeMs = 5_000
/** Coming up takes half a second; on a busy machine several times that. */
const listenWithinMs = 30_000
/** As small as in a small container: a heap that is exhausted troubles nobody else. The shop needs 20 MB. */
const heapMegabytes = 96
/** How much of what the process wrote to stderr is kept for the error message. */
const lastWordsBytesMax = 4_096

export interface ApiExit {
  readonly pid: number
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface ApiProcessOptions {
  readonly address: string
  /** 0 means any free port. */
  readonly port: number
  readonly env?: Readonly<Record<string, string>>
  /** Where what the system writes of a process that aborts goes: its memory, where that is switched on. */
  readonly cwd?: string
  /** Called with the process id, which is also the id of its process group, right after the spawn. */
  readonly onSpawn: (pid: number) => void
  readonly onMessage: (message: Exclude<FromApi, { kind: 'listening' | 'not-listening' | 'done' }>) => void
  /** Called once, however the process ended, after the last of its messages. */
  readonly onExit: (exit: ApiExit) => void
}

const entry = fileURLToPath(new URL('./process/main.ts', import.meta.url))

/** One process of the API, from its spawn to its end. */
export class ApiProcess {
  readonly pid: number
  #port = 0
  readonly #child: ChildProcess
  readonly #questions = new Questions<void>()
  #lastWords = ''
  #exit: ApiExit | undefined
  readonly #ended: Promise<ApiExit>
  readonly #listening: Promise<void>

  /**
   * Resolves when it listens.
   * @throws Error when it cannot listen (`code` EADDRINUSE) or ends before it does.
   */
  static async start(options: ApiProcessOptions): Promise<ApiProcess> {
    const flags = [...nodeFlags, `--max-old-space-size=${heapMegabytes}`]
    const child = spawnProcess(process.execPath, [...flags, entry, options.address, String(options.port)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: cleanEnvironment(options.env),
      // Its own process group: a Ctrl-C in the terminal must not end it before the runner has healed.
      detached: true,
    })
    if (child.pid === undefined) throw await new Promise<Error>((resolve) => child.once('error', resolve))
    options.onSpawn(child.pid)
    const started = new ApiProcess(child, child.pid, options)
    // Its end is what tells.
    const patience = setTimeout(() => started.signal('SIGKILL'), listenWithinMs)
    try {
      await started.#listening
      clearTimeout(patience)
      return started
    } catch (error) {
      clearTimeout(patience)
      await started.stop()
      throw error
    }
  }

  private constructor(child: ChildProcess, pid: number, options: ApiProcessOptions) {
    this.#child = child
    this.pid = pid
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-lastWordsBytesMax)
    })
    this.#ended = new Promise((resolve) => {
      // `close` comes when the process has ended and everything it wrote, IPC included, has been read.
      child.once('close', (code, signal) => {
        this.#exit = { pid, code, signal }
        this.#questions.end(new PartFailure(`API: ${this.describeEnd()}`))
        resolve(this.#exit)
        options.onExit(this.#exit)
      })
    })
    this.#listening = new Promise((resolve, reject) => {
      const place = `API: cannot listen on ${options.address}:${options.port}`
      child.on('message', (message: FromApi) => {
        if (message.kind === 'listening') {
          this.#port = message.port
          resolve()
        } else if (message.kind === 'not-listening') {
          const { code } = message
          reject(
            Object.assign(new PartFailure(`${place} (${code}). Free the port or choose another.`), { code }),
          )
        } else if (message.kind === 'done') this.#questions.answer(message.id)
        else options.onMessage(message)
      })
      void this.#ended.then(() => reject(new PartFailure(`${place}: ${this.describeEnd()}`)))
    })
    // A failure to listen is reported by `start`; after it the process has no promise to keep.
    this.#listening.catch(() => {})
  }

  get port(): number {
    return this.#port
  }

  /** False once it has ended, for whatever reason. */
  get isRunning(): boolean {
    return this.#exit === undefined
  }

  get isStopped(): boolean {
    return this.isRunning && isStopped(this.pid)
  }

  /** Sends a message and waits for its acknowledgement. @throws Error where it ended, or stayed silent. */
  async ask(messageWith: (id: number) => ToApi, limitMs = acknowledgeMs): Promise<void> {
    const silence = () =>
      new PartFailure(
        `API: its process did not acknowledge within ${limitMs} ms. Stop it and start a new one.`,
      )
    await this.#questions.ask((id) => this.tell(messageWith(id)), limitMs, silence)
  }

  tell(message: ToApi): void {
    // A process that is just ending cannot be told anything; its end is reported where it is waited for.
    if (this.#child.connected) this.#child.send(message, () => {})
  }

  signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal)
    } catch (error) {
      // ESRCH: it ended a moment ago.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }

  /** Ends it and its children, also when it is stopped or blocked. Safe to repeat. */
  async stop(): Promise<void> {
    if (this.isRunning) this.signal('SIGKILL')
    await this.#ended
  }

  describeEnd(): string {
    const { code, signal } = this.#exit ?? {}
    const words = this.#lastWords.trim()
    return `its process ended (${signal ?? `exit ${code}`})${words === '' ? '' : `:\n${words}`}`
  }
}
