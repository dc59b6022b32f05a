import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { nowMs } from '../../host/clock.ts'
import type { Place } from '../../host/place.ts'
import { spanned } from '../../host/spans.ts'
import type { ResolvedCall } from '../../machines/client/resolved-call.ts'
import type { Observe } from '../../machines/shared/trace.ts'
import type { ReadyClient } from './client.ts'
import { endGroup } from './process-group.ts'
import type { ProcessReport } from './process-report.ts'
import { requestWords } from './request-words.ts'
import type { Symptom } from './symptom.ts'
import { trust } from './trust.ts'

/** After its own limit a client gets this long to say so, before it counts as hanging and is stopped. */
const graceMs = 750

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
  readonly #spawnedMs = nowMs()
  readonly started: Promise<void>
  #onStarted: () => void = () => {}

  constructor(place: Place, { command, args, environment }: ClientProgram) {
    this.#child = place.spawn(command, args, {
      environment: { ...trust(place.authorityFile), ...environment },
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    })
    this.#gone = new Promise((resolve) => this.#child.once('close', () => resolve()))
    this.started = new Promise((resolve) => {
      this.#onStarted = resolve
      void this.#gone.then(resolve)
    })
    // It closes too: whoever waits for it is told.
    this.#child.on('error', () => {})
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
      this.#onStarted()
    }
    this.#onReport(report)
  }

  async call(call: ResolvedCall, observe: Observe): Promise<Symptom> {
    const startedMs = nowMs()
    let timer: NodeJS.Timeout | undefined
    const answered = new Promise<Symptom | 'hangs'>((resolve) => {
      this.#onReport = (report) => {
        if (report.kind === 'observation') observe(report.observation, report.atMs)
        else if (report.kind === 'symptom') resolve(report.symptom)
      }
      timer = setTimeout(() => resolve('hangs'), call.timeoutMs + graceMs)
    })
    const died = this.#gone.then((): never => {
      throw new Error(
        `client: its process ended before it reported. It said: ${this.#stderr.trim() || 'nothing'}`,
      )
    })
    // For those that cannot see their own request: what they say of it.
    const words = requestWords(call.method, call.url, Object.keys(call.headers))
    this.#child.stdin?.write(`${JSON.stringify({ ...call, words })}\n`)
    try {
      const symptom = await Promise.race([answered, died])
      if (symptom !== 'hangs') return symptom
      return { kind: 'hangs', tookMs: nowMs() - startedMs, errors: [] }
    } finally {
      clearTimeout(timer)
      died.catch(() => {})
    }
  }

  async close(): Promise<void> {
    endGroup(this.#child)
    await this.#gone
  }
}
