import { constants } from 'node:os'
import { ExitAsked } from '../errors/exit-asked.ts'
import { InvalidInput, usageExitCode } from '../errors/invalid-input.ts'
import { machineRefusal } from '../errors/machine-refusal.ts'
import { nowMs } from '../host/clock.ts'
import { endNow } from '../host/lifetime/end-now.ts'
import { processStartMs, spanned, writeBudget } from '../host/spans.ts'
import { exitCodes } from '../run/outcome.ts'
import type { Command } from './command.ts'

/** Signals that a person or a supervisor ends a command with. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Of a command whose npm is gone: as where a terminal is closed. */
const hungUp = 128 + constants.signals.SIGHUP

/** A second Ctrl-C this much later does not wait any longer. Sooner it is the same one: npm passes its own on. */
const impatientMs = 1_000

/**
 * Runs a command to its end: its exit code, 2 with one line for wrong input, 70 for a bug of ours, 128 + n
 * for a signal. Whatever happens, `close` has finished before the process ends.
 */
export async function main(name: string | undefined): Promise<void> {
  spanned('node', processStartMs)
  const startMs = nowMs()
  const command: Command =
    name === 'sandbox'
      ? new (await import('./sandbox.ts')).SandboxCommand()
      : new (await import('./scenario.ts')).ScenarioCommand()
  spanned('imports', startMs)
  keepExit()
  let ending: Promise<void> | undefined
  let failed: Error | null = null
  const end = (code: number, isStopped = false): Promise<void> => {
    const startMs = nowMs()
    ending ??= command.close().then(
      async (ended) => {
        spanned('stop', startMs)
        if (isStopped && ended !== undefined) process.stderr.write(`${ended}\n`)
        writeBudget()
        await written()
        const lost = lostOutput(process.stdout.errored ?? failed)
        if (lost !== undefined) process.stderr.write(`${lost}\n`)
        // What could not be written has no reader: whatever was found, it is no success.
        endNow(lost === undefined || code !== 0 ? code : exitCodes.unhealthy)
      },
      async (error: unknown) => endNow(await report(error)),
    )
    return ending
  }
  let askedMs: number | undefined
  // `on`, not `once`: signal-exit, which testcontainers brings, ends the process when no other listener is left.
  for (const signal of signals) {
    process.on(signal, () => {
      const code = 128 + constants.signals[signal]
      askedMs ??= nowMs()
      if (nowMs() - askedMs > impatientMs) endNow(code)
      void end(code, true)
    })
  }
  // What a file of a person's own left behind it is their mistake. The first one is told: the others follow from it.
  let isTold = false
  const stray = async (error: unknown) => {
    if (isTold) return
    isTold = true
    await end(await report((await command.blame?.(error)) ?? error))
  }
  process.on('uncaughtException', (error) => void stray(error))
  process.on('unhandledRejection', (error) => void stray(error))
  // Whoever read our lines may stop reading (`| head`): the rest is then for nobody, and the run goes on. What becomes of
  // lines that found no room is said at the end.
  process.stdout.on('error', (error) => {
    failed ??= error
  })
  process.stderr.on('error', () => {})
  for (const stream of [process.stdout, process.stderr]) {
    // A scenario that writes elsewhere would end a run without its report.
    Object.defineProperty(stream, 'write', { value: stream.write.bind(stream), writable: false })
  }
  const { watchAncestors } = await import('../host/lifetime/npm.ts')
  if (!watchAncestors(() => void end(hungUp))) return await end(hungUp)
  try {
    const code = await command.run()
    await end(code)
  } catch (error) {
    // What fails because it was stopped is no news.
    await (ending ?? end(await report(error)))
  }
}

/** From here on this file alone ends the process: a scenario that calls `process.exit(0)` would pass for one that was run. */
function keepExit(): void {
  // `process.exit` comes to the other one, which is as easy to call.
  for (const name of ['exit', 'reallyExit'] as const) {
    Object.assign(process, {
      [name]: (code: unknown) => {
        throw new ExitAsked(`process.${name}`, code)
      },
    })
  }
  process.on('exit', () => {
    process.stderr.write('a bug of ours: nothing was left to wait for, and no report was made\n')
    endNow(70)
  })
}

/** A pipe takes 64 KiB at a time, and exiting drops what waits: a report is larger. Nobody reads it: done too. */
async function written(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.writableLength > 0 && !stream.errored)
      await new Promise((resolve) => stream.write('', resolve))
  }
}

/** Why what was to be read by somebody could not be written. That its reader went away is no problem. */
function lostOutput(error: NodeJS.ErrnoException | null): string | undefined {
  if (error === null || error.code === 'EPIPE') return undefined
  const { code } = error
  return `standard output: expected room for all that is written, saw ${code}. Make room there, and run it again`
}

async function report(error: unknown): Promise<number> {
  const known = error instanceof InvalidInput ? error : machineRefusal(error)
  if (known !== undefined) {
    const { problemText } = await import('../report/screen.ts')
    process.stderr.write(`${problemText(known.message, process.stderr)}\n`)
    return known instanceof InvalidInput ? usageExitCode : exitCodes.unhealthy
  }
  process.stderr.write(`a bug of ours: ${error instanceof Error ? error.stack : String(error)}\n`)
  return 70
}
