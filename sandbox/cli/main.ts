import { constants } from 'node:os'
import { InvalidInput } from '../errors/invalid-input.ts'
import { PartFailure } from '../errors/part-failure.ts'
import { nowMs } from '../host/clock.ts'
import { processStartMs, spanned, writeBudget } from '../host/spans.ts'
import { exitCodes, usageExitCode } from '../run/outcome.ts'

/** Signals that a person or a supervisor ends a command with. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A second Ctrl-C this much later does not wait any longer. Sooner it is the same one: npm passes its own on. */
const impatientMs = 1_000

/**
 * Runs a command to its end: its exit code, 2 with one line for wrong input, 70 for a bug of ours, 128 + n
 * for a signal. Whatever happens, `close` has finished before the process ends.
 */
export async function main(name: string | undefined): Promise<void> {
  spanned('node', processStartMs)
  const startMs = nowMs()
  const command =
    name === 'sandbox'
      ? new (await import('./sandbox.ts')).SandboxCommand()
      : new (await import('./scenario.ts')).ScenarioCommand()
  spanned('imports', startMs)
  let ending: Promise<void> | undefined
  const end = (code: number, isStopped = false): Promise<void> => {
    const startMs = nowMs()
    ending ??= command.close().then(
      async (ended) => {
        spanned('stop', startMs)
        if (isStopped && ended !== undefined) process.stderr.write(`${ended}\n`)
        writeBudget()
        await written()
        process.exit(code)
      },
      (error: unknown) => {
        process.stderr.write(`closing failed: ${(error as Error).stack}\n`)
        process.exit(70)
      },
    )
    return ending
  }
  let askedMs: number | undefined
  // `on`, not `once`: signal-exit, which testcontainers brings, ends the process when no other listener is left.
  for (const signal of signals) {
    process.on(signal, () => {
      const code = 128 + constants.signals[signal]
      askedMs ??= nowMs()
      if (nowMs() - askedMs > impatientMs) process.exit(code)
      void end(code, true)
    })
  }
  process.once('uncaughtException', (error) => void end(report(error)))
  process.once('unhandledRejection', (error) => void end(report(error)))
  // Whoever read our lines may stop reading (`| head`): the rest is then for nobody, and the run goes on.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  const { watchAncestors } = await import('../host/lifetime/npm.ts')
  watchAncestors(() => void end(129))
  try {
    const code = await command.run()
    await end(code)
  } catch (error) {
    // What fails because it was stopped is no news.
    await (ending ?? end(report(error)))
  }
}

/** A pipe takes 64 KiB at a time, and exiting drops what waits: a report is larger. Nobody reads it: done too. */
async function written(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.writableLength > 0 && !stream.errored)
      await new Promise((resolve) => stream.write('', resolve))
  }
}

function report(error: unknown): number {
  if (error instanceof InvalidInput) {
    process.stderr.write(`${error.message}\n`)
    return usageExitCode
  }
  if (error instanceof PartFailure) {
    process.stderr.write(`${error.message}\n`)
    return exitCodes.unhealthy
  }
  process.stderr.write(`a bug of ours: ${error instanceof Error ? error.stack : String(error)}\n`)
  return 70
}
