import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { cleanEnvironment, nodeFlags } from '../../host/environment.ts'
import { isStopped } from '../../host/lifetime/process-identity.ts'
import { Questions } from '../../host/questions.ts'
import type { DatabaseTarget } from '../database/database.ts'
import type { Breakable, Evidence } from '../shared/breakable.ts'
import { evidenceOfRequests } from '../shared/request-evidence.ts'
import type { Observe, TraceEvent } from '../shared/trace.ts'
import { evidenceOfUnread } from './api-evidence.ts'
import type { ApiEvent, ApiPlan } from './process/api-points.ts'
import type { FromApi, ToApi } from './process/messages.ts'

/** How long a living process may take to acknowledge. A blocked event loop answers nothing until it is free. */
const acknowledgeMs = 5_000
/** What a blocked process has not sent by then belongs to no call any more. */
const flushMs = 500
/** How much of what the process wrote to stderr is kept for the error message. */
const lastWordsBytesMax = 4_096

export interface ApiExit {
  readonly pid: number
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface ApiOptions {
  readonly address: string
  /** 0 means any free port. */
  readonly port: number
  readonly onTrace: (event: TraceEvent) => void
  /** What becomes of the process itself. */
  readonly observe?: Observe
  /** Called once, however the process ended, after the last of its observations. */
  readonly onExit: (exit: ApiExit) => void
  /** Called with the process id, which is also the id of its process group, right after the spawn. */
  readonly onSpawn: (pid: number) => void
  readonly env?: Readonly<Record<string, string>>
}

/** The shop's API, in a process of its own: it can really crash, hang, block and be stopped. */
export class Api {
  readonly address: string
  readonly pid: number
  #port = 0
  readonly #child: ChildProcess
  readonly #onTrace: (event: TraceEvent) => void
  readonly #observe: Observe
  /** The requests that met a rule, per front door, since that door was last armed. */
  readonly #fired = new Map<string, ApiEvent[]>()
  readonly #stoppedBy = new Set<string>()
  readonly #questions = new Questions<void>()
  #lastWords = ''
  #exit: ApiExit | undefined
  readonly #ended: Promise<ApiExit>
  readonly #listening: Promise<void>

  /**
   * Resolves when the API listens. Its requests wait until it has been told its database.
   * @throws Error when the process cannot listen (`code` EADDRINUSE) or ends before it does.
   */
  static async start(options: ApiOptions): Promise<Api> {
    const entry = fileURLToPath(new URL('./process/main.ts', import.meta.url))
    const child = spawn(process.execPath, [...nodeFlags, entry, options.address, String(options.port)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: cleanEnvironment(options.env),
      // Its own process group: a Ctrl-C in the terminal must not end it before the runner has healed.
      detached: true,
    })
    if (child.pid === undefined) {
      throw await new Promise<Error>((resolve) => child.once('error', resolve))
    }
    options.onSpawn(child.pid)
    const api = new Api(child, child.pid, options)
    try {
      await api.#listening
      return api
    } catch (error) {
      await api.stop()
      throw error
    }
  }

  private constructor(child: ChildProcess, pid: number, options: ApiOptions) {
    this.#child = child
    this.pid = pid
    this.address = options.address
    this.#onTrace = options.onTrace
    this.#observe = options.observe ?? (() => {})
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-lastWordsBytesMax)
    })
    this.#ended = new Promise((resolve) => {
      // `close` comes when the process has ended and everything it wrote, IPC included, has been read.
      child.once('close', (code, signal) => {
        this.#exit = { pid, code, signal }
        this.#observe({ machine: 'process', what: 'ended', code: signal ?? `exit ${code}` })
        this.#questions.end(new Error(`API: ${this.#describeEnd()}`))
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
          reject(Object.assign(new Error(`${place} (${code}). Free the port or choose another.`), { code }))
        } else this.#receive(message)
      })
      void this.#ended.then(() => reject(new Error(`${place}: ${this.#describeEnd()}`)))
    })
    // A failure to listen is reported by `start`; no caller waits for one that comes later.
    this.#listening.catch(() => {})
  }

  get port(): number {
    return this.#port
  }

  useDatabase(target: DatabaseTarget): void {
    this.#tell({ kind: 'database', target })
  }

  /** False once the process has ended, for whatever reason. */
  get #isRunning(): boolean {
    return this.#exit === undefined
  }

  /** The point where requests of one front door can be broken. */
  point(door: string): Breakable<ApiPlan> {
    return {
      arm: (plan) => this.#arm(door, plan),
      heal: () => this.#heal(door),
      evidence: () => this.#evidence(door),
    }
  }

  /** Resolves when everything the API has observed so far has been handed to `onTrace`. */
  async flush(): Promise<void> {
    // A stopped process answers nothing; what it saw before, it sent before.
    if (this.#isRunning && isStopped(this.pid)) this.#observe({ machine: 'process', what: 'stopped' })
    else await this.#ask((id) => ({ kind: 'flush', id }), flushMs)
  }

  /** Ends the process and its children, also when it is stopped or blocked. Safe to repeat. */
  async stop(): Promise<void> {
    if (this.#isRunning) this.#signal('SIGKILL')
    await this.#ended
  }

  async #arm(door: string, plan: ApiPlan): Promise<void> {
    if (!this.#isRunning) throw new Error(`API: cannot be armed, ${this.#describeEnd()}`)
    this.#fired.set(door, [])
    const { rules = [], state } = plan
    const isArmed = await this.#ask((id) => ({ kind: 'arm', id, door, rules }))
    if (!isArmed) throw new Error(`API: cannot be armed, ${this.#describeSilence()}`)
    if (state === undefined) return
    switch (state.kind) {
      case 'stopped':
        this.#stoppedBy.add(door)
        this.#signal('SIGSTOP')
        return
      default:
        state.kind satisfies never
    }
  }

  async #heal(door: string): Promise<void> {
    if (this.#stoppedBy.delete(door) && this.#stoppedBy.size === 0) this.#signal('SIGCONT')
    const isHealed = await this.#ask((id) => ({ kind: 'heal', id, door }))
    // A process that has ended took its rules with it.
    if (!isHealed && this.#isRunning) throw new Error(`API: cannot be healed, ${this.#describeSilence()}`)
  }

  async #evidence(door: string): Promise<Evidence> {
    if (this.#stoppedBy.has(door)) return evidenceOfUnread(this.#port)
    return evidenceOfRequests(this.#fired.get(door) ?? [])
  }

  #receive(message: Extract<FromApi, { kind: 'trace' | 'fired' | 'busy' | 'done' }>): void {
    switch (message.kind) {
      case 'trace':
        for (const event of message.events) this.#onTrace(event)
        return
      case 'fired':
        this.#fired.get(message.door)?.push(message.event)
        return
      case 'busy':
        this.#observe({ machine: 'process', what: 'busy', busyMs: message.busyMs }, message.atMs)
        return
      case 'done':
        this.#questions.answer(message.id)
        return
      default:
        message satisfies never
    }
  }

  /** Sends a message and waits for its acknowledgement. False: the process ended, or stayed silent. */
  async #ask(messageWith: (id: number) => ToApi, limitMs = acknowledgeMs): Promise<boolean> {
    const silence = () => new Error(`API: ${this.#describeSilence()}`)
    return await this.#questions
      .ask((id) => this.#tell(messageWith(id)), limitMs, silence)
      .then(
        () => true,
        () => false,
      )
  }

  #tell(message: ToApi): void {
    // A process that is just ending cannot be told anything; its end is reported where it is waited for.
    if (this.#child.connected) this.#child.send(message, () => {})
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal)
    } catch (error) {
      // ESRCH: it ended a moment ago.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }

  #describeEnd(): string {
    const { code, signal } = this.#exit ?? {}
    const words = this.#lastWords.trim()
    return `its process ended (${signal ?? `exit ${code}`})${words === '' ? '' : `:\n${words}`}`
  }

  #describeSilence(): string {
    if (!this.#isRunning) return this.#describeEnd()
    return `its process did not acknowledge within ${acknowledgeMs} ms. Stop it and start a new one.`
  }
}
