import { closeSync, writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { InvalidInput, usageExitCode } from '../../errors/invalid-input.ts'
import { endNow } from '../../host/lifetime/end-now.ts'
import type { Guarded } from './loop-guard-worker.ts'
import { shownPath } from './scenario-place.ts'

const beatMs = 250
/** How long the event loop may stand still. No scenario has so much to do. */
const stillMsMax = 10_000

let isGuarded = false

/**
 * From here on a file that never lets the event loop go on (`for (;;) {}`, at its top, in a timer, in a promise) ends the
 * run with its place. No timer of this thread would ever see it, so another thread looks.
 */
export function guardAgainstLoops(): void {
  if (isGuarded) return
  isGuarded = true
  const beats = new Int32Array(new SharedArrayBuffer(4))
  setInterval(() => Atomics.add(beats, 0, 1), beatMs).unref()
  const endStuck = (url: string, line: number, column: number) => {
    const place = `${shownPath(fileURLToPath(url))}:${line}:${column}`
    const problem = `expected a file that lets the run go on, saw it busy for ${stillMsMax / 1_000} s`
    writeSync(
      2,
      `${new InvalidInput(place, problem, { next: 'Look for a loop here that does not end' }).message}\n`,
    )
    // Node would add that it waits for a debugger.
    closeSync(2)
    endNow(usageExitCode)
  }
  const name = 'faultpath.endStuck'
  Object.defineProperty(globalThis, Symbol.for(name), { value: endStuck })
  const workerData: Guarded = { beats, stillMsMax, name, own: new URL('../../', import.meta.url).href }
  new Worker(new URL('./loop-guard-worker.ts', import.meta.url), { workerData }).unref()
}
