import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { InvalidInput } from '../errors/invalid-input.ts'
import type { SandboxStatus } from '../live/control.ts'

/**
 * Runs a command where the sandbox's own client is, on this terminal.
 *
 * @returns its exit code; 128 + n when a signal ended it.
 * @throws InvalidInput in the portable world: there is no inside.
 */
export async function runInside(status: SandboxStatus, words: readonly string[]): Promise<number> {
  const place = 'npm run sandbox exec'
  const [command] = words
  if (status.world !== 'sealed') {
    throw new InvalidInput(place, 'expected the sealed world, saw the portable one: there is no inside', {
      next: 'Start it with: npm run sandbox -- --world=sealed',
    })
  }
  if (command === undefined) {
    throw new InvalidInput(place, 'expected a command, saw none', {
      next: 'Such as: npm run sandbox exec -- curl https://api.example.test/users',
    })
  }
  const { environment, enter } = status.inside
  const [enterCommand, enterWords] = enter
  // Entering leads to /, and npm to the project: back to where the person is.
  const from = ['sh', '-c', 'cd "$0"; exec "$@"', process.env['INIT_CWD'] ?? process.cwd()]
  const child = spawn(enterCommand, [...enterWords, ...from, ...words], {
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
