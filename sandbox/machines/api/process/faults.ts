import { writeFileSync } from 'node:fs'
import { nowMs } from '../../../host/clock.ts'
import { type Rule, RuleSet } from '../../shared/rules.ts'
import type { ApiEvent, ApiVerdict } from './api-points.ts'
import { sendBatch, tellRunner } from './runner.ts'

/** The rules armed inside the API's process, for each front door its own. */
export class Faults {
  readonly #byDoor = new Map<string, RuleSet<ApiEvent, ApiVerdict>>()
  readonly #onShutDown: () => void

  /** @param onShutDown what an app that handles SIGTERM does. */
  constructor(onShutDown: () => void) {
    this.#onShutDown = onShutDown
  }

  arm(door: string, rules: readonly Rule<ApiEvent, ApiVerdict>[]): void {
    const set = new RuleSet<ApiEvent, ApiVerdict>()
    set.arm(rules, nowMs())
    this.#byDoor.set(door, set)
  }

  heal(door: string): void {
    this.#byDoor.delete(door)
  }

  /** Carries out what the door's rules say about the event. Returns when the route is to go on. */
  async meet(door: string, event: ApiEvent): Promise<void> {
    const verdict = this.#byDoor.get(door)?.decide(event, nowMs())
    if (verdict === undefined) return
    // Some verdicts leave no time after them: what was seen, and that the rule fired, must be out before.
    await sendBatch()
    await tellRunner({ kind: 'fired', door, event })
    await this.#carryOut(verdict)
  }

  async #carryOut(verdict: ApiVerdict): Promise<void> {
    switch (verdict.kind) {
      case 'throw':
        nameOfFirst([])
        return
      case 'reject': {
        const { readFile } = await import('node:fs/promises')
        await readFile(new URL('./never-deployed.json', import.meta.url))
        return
      }
      case 'hang':
        return never()
      case 'block': {
        const untilMs = nowMs() + verdict.forMs
        while (nowMs() < untilMs);
        return
      }
      case 'exit':
        return process.exit(verdict.code)
      case 'kill':
        process.kill(process.pid, 'SIGKILL')
        return never()
      case 'float':
        void forgotten()
        return
      case 'exhaust-memory':
        return exhaustMemory()
      case 'shut-down':
        if (verdict.inFlight === 'finish') process.once('SIGTERM', this.#onShutDown)
        process.kill(process.pid, 'SIGTERM')
        return verdict.inFlight === 'finish' ? undefined : never()
      default:
        verdict satisfies never
    }
  }
}

/** The bug of every day: the query found nothing, and the code did not check. */
function nameOfFirst(rows: readonly { readonly name: string }[]): string {
  return rows[0]!.name
}

/** What the route starts and does not wait for. */
async function forgotten(): Promise<void> {
  nameOfFirst([])
}

/** The report that keeps every number it has read. The heap has the limit that the process was started with. */
function exhaustMemory(): never {
  // Linux, proc_pid_coredump_filter(5): should the system write its memory to a file, then none of the heap.
  if (process.platform === 'linux') writeFileSync('/proc/self/coredump_filter', '0')
  const kept: number[][] = []
  for (;;) kept.push(new Array<number>(numbersAtATime).fill(kept.length + 0.5))
}

const numbersAtATime = 100_000

function never(): Promise<never> {
  return new Promise(() => {})
}
