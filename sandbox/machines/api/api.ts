import { PartFailure } from '../../errors/part-failure.ts'
import { InTurn } from '../../host/in-turn.ts'
import type { DatabaseTarget } from '../database/database.ts'
import type { Armed, Breakable, Evidence } from '../shared/breakable.ts'
import { evidenceOfRequests } from '../shared/request-evidence.ts'
import type { Observe, TraceEvent } from '../shared/trace.ts'
import { evidenceOfUnread } from './api-evidence.ts'
import { type ApiExit, ApiProcess, type ApiProcessOptions } from './api-process.ts'
import { type ApiEvent, type ApiPlan, endsProcess } from './process/api-points.ts'

export type { ApiExit } from './api-process.ts'

/** What a blocked process has not sent by then belongs to no call any more. */
const flushMs = 500

export interface ApiOptions extends Omit<ApiProcessOptions, 'onMessage' | 'onExit'> {
  readonly onTrace: (event: TraceEvent) => void
  /** What becomes of the process itself. */
  readonly observe?: Observe
  /** Called for each process that ended, after the last of its observations. `isWanted`: by what was armed. */
  readonly onExit: (exit: ApiExit, isWanted: boolean) => void
}

/** One arming at one front door: the requests that met it. */
interface ArmedDoor {
  readonly plan: ApiPlan
  readonly met: ApiEvent[]
}

/** It has met a request, and so ends the process. */
function isEnding({ met, plan }: ArmedDoor): boolean {
  return met.length > 0 && endsProcess(plan)
}

/**
 * The shop's API, in a process of its own: it can really crash, hang, block and be stopped. Where a fault ended the
 * process, healing starts another one in its place.
 */
export class Api {
  readonly address: string
  readonly #options: ApiOptions
  readonly #doors = new Map<string, ArmedDoor>()
  /** Two doors that heal at once must not both start a process. */
  readonly #turn = new InTurn()
  #process!: ApiProcess
  #target: DatabaseTarget | undefined

  /**
   * Resolves when the API listens. Its requests wait until it has been told its database.
   * @throws Error when the process cannot listen (`code` EADDRINUSE) or ends before it does.
   */
  static async start(options: ApiOptions): Promise<Api> {
    const api = new Api(options)
    await api.#start(options.port)
    return api
  }

  private constructor(options: ApiOptions) {
    this.#options = options
    this.address = options.address
  }

  get pid(): number {
    return this.#process.pid
  }

  get port(): number {
    return this.#process.port
  }

  useDatabase(target: DatabaseTarget): void {
    this.#target = target
    this.#process.tell({ kind: 'database', target })
  }

  /** The point where requests of one front door can be broken. */
  point(door: string): Breakable<ApiPlan> {
    return { arm: (plan) => this.#arm(door, plan) }
  }

  /** Resolves when everything the API has observed so far has been handed to `onTrace`, and how its process stands. */
  async flush(): Promise<void> {
    this.#options.observe?.({ machine: 'process', what: await this.#flushed() })
  }

  async #flushed(): Promise<'stopped' | 'busy' | 'awake' | 'absent'> {
    const asked = this.#process
    // A stopped process answers nothing; what it saw before, it sent before.
    if (asked.isStopped) return 'stopped'
    try {
      await asked.ask((id) => ({ kind: 'flush', id }), flushMs)
      return 'awake'
    } catch {
      return asked.isRunning ? 'busy' : 'absent'
    }
  }

  /** Ends the process and its children, also when it is stopped or blocked. Safe to repeat. */
  stop(): Promise<void> {
    return this.#process.stop()
  }

  async #start(port: number): Promise<void> {
    const { observe, onExit, onTrace } = this.#options
    this.#process = await ApiProcess.start({
      ...this.#options,
      port,
      onMessage: (message) => {
        if (message.kind === 'trace') for (const event of message.events) onTrace(event)
        else if (message.kind === 'fired') this.#doors.get(message.door)?.met.push(message.event)
        else if (message.kind === 'closing') observe?.({ machine: 'process', what: 'closing' }, message.atMs)
        else observe?.({ machine: 'process', what: 'busy', busyMs: message.busyMs }, message.atMs)
      },
      onExit: (exit) => {
        observe?.({ machine: 'process', what: 'ended', code: exit.signal ?? `exit ${exit.code}` })
        onExit(exit, [...this.#doors.values()].some(isEnding))
      },
    })
    if (this.#target !== undefined) this.useDatabase(this.#target)
  }

  async #arm(door: string, plan: ApiPlan): Promise<Armed> {
    const armed: ArmedDoor = { plan, met: [] }
    this.#doors.set(door, armed)
    try {
      await this.#process.ask((id) => ({ kind: 'arm', id, door, rules: plan.rules ?? [] }))
    } catch (error) {
      this.#doors.delete(door)
      throw new PartFailure(`API: cannot be armed: ${(error as Error).message}`, { cause: error })
    }
    if (plan.state?.kind === 'stopped') this.#process.signal('SIGSTOP')
    const heal = () => this.#turn.do(() => this.#heal(door, armed))
    return { evidence: () => this.#evidence(armed), heal, [Symbol.asyncDispose]: heal }
  }

  async #heal(door: string, armed: ArmedDoor): Promise<void> {
    if (this.#doors.get(door) !== armed) return
    const isStopped = (each: ArmedDoor) => each.plan.state?.kind === 'stopped'
    const others = [...this.#doors.values()].filter((each) => each !== armed)
    if (isStopped(armed) && !others.some(isStopped)) this.#process.signal('SIGCONT')
    if (!isEnding(armed)) await this.#healInside(door)
    // A request may have met it by now. What has begun to end must not be taken for a process that goes on.
    if (isEnding(armed)) await this.#process.stop()
    this.#doors.delete(door)
    // A process that has ended took its rules with it. The port is the same, so that nothing has to be told.
    if (!this.#process.isRunning) await this.#start(this.#process.port)
  }

  async #healInside(door: string): Promise<void> {
    try {
      await this.#process.ask((id) => ({ kind: 'heal', id, door }))
    } catch (error) {
      if (this.#process.isRunning) throw error
    }
  }

  async #evidence({ met, plan }: ArmedDoor): Promise<Evidence> {
    return plan.state?.kind === 'stopped' ? evidenceOfUnread(this.port) : evidenceOfRequests(met)
  }
}
