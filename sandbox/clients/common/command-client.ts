import { PartFailure } from '../../errors/part-failure.ts'
import { nowMs } from '../../host/clock.ts'
import { findCommand } from '../../host/find-command.ts'
import type { Place } from '../../host/place.ts'
import type { ClientName } from '../../language/scenario.ts'
import type { ResolvedCall } from '../../machines/client/resolved-call.ts'
import type { ClientObservation } from '../../machines/shared/trace.ts'
import type { Client, Program, ReadyClient } from './client.ts'
import { orHangs } from './limit.ts'
import { endGroup } from './process-group.ts'
import { requestWords } from './request-words.ts'
import type { Symptom } from './symptom.ts'
import { trust } from './trust.ts'

/** How a command that ended is understood. */
export interface Ended {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
  readonly startedMs: number
  readonly tookMs: number
}

export interface CommandOptions {
  readonly name: ClientName
  /** The first of these that is installed is used. */
  readonly commands: readonly string[]
  /** How to get it. */
  readonly install: string
  readonly args: (call: ResolvedCall) => readonly string[]
  readonly read: (ended: Ended) => {
    readonly symptom: Symptom
    readonly observations: readonly (ClientObservation & { readonly atMs: number })[]
    /** It gave up before it had a request to make. */
    readonly isUnmade?: boolean
    /** As the command says itself. */
    readonly version?: string
  }
}

/** A client that is a command: a new process for each call, in the sealed world only. */
export function commandClient(options: CommandOptions): Client {
  return {
    name: options.name,
    worlds: ['sealed'],
    missing: () => {
      const command = findCommand(...options.commands)
      return command === undefined ? `${options.commands[0]} is not installed: ${options.install}` : undefined
    },
    prepare: ({ place }) => new CommandProcess(options, place),
  }
}

class CommandProcess implements ReadyClient {
  readonly started = Promise.resolve()
  readonly #options: CommandOptions
  readonly #place: Place
  #end: () => Promise<void> = async () => {}
  #program: Program | undefined

  constructor(options: CommandOptions, place: Place) {
    this.#options = options
    this.#place = place
  }

  get program(): Program | undefined {
    return this.#program
  }

  async call(
    call: ResolvedCall,
    observe: (observation: ClientObservation, atMs?: number) => void,
  ): Promise<Symptom> {
    const { args, commands, read } = this.#options
    const command = findCommand(...commands) ?? commands[0]!
    const startedMs = nowMs()
    const child = this.#place.spawn(command, args(call), {
      environment: trust(this.#place.authorityFile),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    const closed = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve(signal ?? code))
    })
    this.#end = async () => {
      endGroup(child)
      await closed
    }
    const exit = await orHangs(call, closed)
    if (exit === 'hangs') await this.#end()
    const tookMs = nowMs() - startedMs
    const detail = requestWords(call.method, call.url, Object.keys(call.headers))
    const made = () => observe({ machine: 'client', what: 'request', detail }, startedMs)
    if (exit === 'hangs') {
      made()
      return { kind: 'hangs', tookMs, errors: [] }
    }
    if (typeof exit === 'string')
      throw new PartFailure(
        `client: ${command} ended (${exit}) before it reported. It said: ${stderr || 'nothing'}`,
      )
    const said = read({ exit: exit ?? -1, stdout, stderr, startedMs, tookMs })
    const { isUnmade, symptom, observations, version } = said
    if (version !== undefined) this.#program = { version, path: command }
    if (isUnmade !== true) made()
    for (const { atMs, ...observation } of observations) observe(observation, atMs)
    return symptom
  }

  async close(): Promise<void> {
    await this.#end()
  }
}
