import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { spanned } from '../budget.ts'
import type { ClientName } from '../scenario.ts'
import { nowMs } from '../world/clock.ts'
import { nodeFlags } from '../world/environment.ts'
import type { Observe } from '../world/trace.ts'
import type { Client, ReadyClient, ResolvedCall, Standpoint } from './client.ts'
import type { NodeReport } from './node/report.ts'
import { endGroup } from './process-group.ts'
import type { Symptom } from './symptom.ts'
import { trust } from './trust.ts'

const entry = fileURLToPath(new URL('./node/main.ts', import.meta.url))

/** After its own limit a client gets this long to say so, before it counts as hanging and is stopped. */
const graceMs = 750

/** A client that is a library of Node: it runs in a process of its own, which reports on a fourth pipe. */
export function nodeClient(name: ClientName, abilities: Client['abilities']): Client {
  return {
    name,
    worlds: ['sealed', 'portable'],
    abilities,
    missing: () => undefined,
    prepare: (standpoint) => new NodeProcess(name, standpoint),
  }
}

class NodeProcess implements ReadyClient {
  readonly #child: ChildProcess
  readonly #gone: Promise<void>
  #onReport: (report: NodeReport) => void = () => {}
  #stderr = ''
  readonly #spawnedMs = nowMs()
  readonly started: Promise<void>
  #onStarted: () => void = () => {}

  constructor(name: ClientName, standpoint: Standpoint) {
    this.#child = standpoint.spawn(process.execPath, [...nodeFlags, entry, name, standpoint.world], {
      environment: {
        ...trust(standpoint.authorityFile),
        NODE_COMPILE_CACHE: standpoint.compileCache,
      },
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    })
    this.#gone = new Promise((resolve) => this.#child.once('close', () => resolve()))
    this.started = new Promise((resolve) => {
      this.#onStarted = resolve
      void this.#gone.then(resolve)
    })
    this.#child.stdin?.on('error', () => {})
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-4_096)
    })
    createInterface({ input: this.#child.stdio[3] as Readable }).on('line', (line) =>
      this.#receive(JSON.parse(line) as NodeReport),
    )
  }

  #receive(report: NodeReport): void {
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
    this.#child.stdin?.write(`${JSON.stringify(call)}\n`)
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
