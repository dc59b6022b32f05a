import { constants } from 'node:os'
import { spawnProcess } from '../host/spawn.ts'
import type { EnteredInside } from '../live/control.ts'

/** Where a command inside is typed: what it runs in. */
export function typedIn(): string {
  return process.env['INIT_CWD'] ?? process.cwd()
}

/**
 * Runs a command where the sandbox's own client is, on this terminal.
 *
 * @returns its exit code; 128 + n when a signal ended it.
 */
export async function runInside(
  { enter: [enter, enterWords], environment, refused }: EnteredInside,
  words: readonly string[],
): Promise<number> {
  if (refused !== undefined) {
    const what = 'inside all is read-only, but for the project, /tmp, and what is new in HOME'
    process.stderr.write(`${what}: overlays are refused here (${refused})\n`)
  }
  // Entering leads to /, and npm to the project: back to where the person is.
  const from = ['sh', '-c', 'cd "$0"; exec "$@"', typedIn()]
  const child = spawnProcess(enter, [...enterWords, ...from, ...words], {
    stdio: 'inherit',
    env: environment,
  })
  return await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGTERM']))
  })
}

/** A shell inside, with a prompt that says so. */
export function shellWords(): string[] {
  const prompt = "PS1='[faultpath sealed] \\w \\$ '"
  return [
    'sh',
    '-c',
    `if command -v bash >/dev/null; then exec env ${prompt} bash --norc --noprofile -i; else exec env ${prompt} sh -i; fi`,
  ]
}
