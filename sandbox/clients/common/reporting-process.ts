import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { PartFailure } from '../../errors/part-failure.ts'
import { nowMs } from '../../host/clock.ts'
import type { Place } from '../../host/place.ts'
import { spanned } from '../../host/spans.ts'
import type { ResolvedCall } from '../../machines/client/resolved-call.ts'
import type { Observe } from '../../machines/shared/trace.ts'
import type { Program, ReadyClient } from './client.ts'
import { orHangs } from './limit.ts'
import { endGroup } from './process-group.ts'
import type { ProcessReport } from './process-report.ts'
import { requestWords } from './request-words.ts'
import type { Symptom } from './symptom.ts'
import { trust } from './trust.ts'

/** Starting takes a second on a machine that does much else; one that takes so long was stopped. */
const readyWithinMs = 60_000

/** What is started, and with what beside the trust in the run's root certificate. */
export interface ClientProgram {
  readonly command: string
  readonly args: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

/**
 * A client that is a library: it runs in a process of its own, which makes a call for each line on its standard
 * input, and reports on a fourth pipe.
 */
export class ReportingProcess implements ReadyClient {
  readonly #child: ChildProcess
  readonly #gone: Promise<void>
  #onReport: (report: ProcessReport) => void = () => {}
  #stderr = ''
  #end = ''
  #program: Program | undefined
  readonly #spawnedMs = nowMs()
  readonly started: Promise<void>
  #onStarted: () => void = () => {}

  constructor(place: Place, { command, args, environment }: ClientProgram) {
    this.#child = place.spawn(command, args, {
      environment: { ...trust(place.authorityFile), ...environment },
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    })
    const patience = setTimeout(() => {
      this.#stderr += `it was not ready within ${readyWithinMs / 1_000} s`
      endGroup(this.#child)
    }, readyWithinMs)
    this.#gone = new Promise((resolve) =>
      this.#child.once('close', (code, signal) => {
        this.#end = signal ?? `exit ${code}`
        resolve()
      }),
    )
    this.started = new Promise((resolve) => {
      this.#onStarted = resolve
      void this.#gone.then(resolve)
    })
    void this.started.then(() => clearTimeout(patience))
    // After an error it closes too, and that tells every caller that waits for it.
    this.#child.on('error', ({ message }) => {
      this.#stderr += message
    })
    this.#child.stdin?.on('error', () => {})
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-4_096)
    })
    createInterface({ input: this.#child.stdio[3] as Readable }).on('line', (line) =>
      this.#receive(JSON.parse(line) as ProcessReport),
    )
  }

  #receive(report: ProcessReport): void {
    if (report.kind === 'ready') {
      spanned('client', this.#spawnedMs)
      this.#program = report.program
      this.#onStarted()
    }
    this.#onReport(report)
  }

  get program(): Program | undefined {
    return this.#program
  }

  async call(call: ResolvedCall, observe: Observe): Promise<Symptom> {
    const startedMs = nowMs()
    const answered = new Promise<Symptom>((resolve, reject) => {
      this.#onReport = (report) => {
        if (report.kind === 'observation') observe(report.observation, report.atMs)
        else if (report.kind === 'symptom') resolve(report.symptom)
      }
      void this.#gone.then(() => {
        const said = this.#stderr.trim() || 'nothing'
        reject(
          new PartFailure(`client: its process ended (${this.#end}) before it reported. It said: ${said}`),
        )
      })
    })
    // For clients that cannot see their own request: what they say of it.
    const words = requestWords(call.method, call.url, Object.keys(call.headers))
    this.#child.stdin?.write(`${JSON.stringify({ ...call, words })}\n`)
    const symptom = await orHangs(call, answered)
    return symptom === 'hangs' ? { kind: 'hangs', tookMs: nowMs() - startedMs, errors: [] } : symptom
  }

  async close(): Promise<void> {
    endGroup(this.#child)
    await this.#gone
  }
}
