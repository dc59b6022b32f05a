import { spawnSync } from 'node:child_process'
import { nodeFlags } from '../../sandbox/host/environment.ts'
import { root } from './command.ts'

/**
 * Runs one of the project's commands to its end without npm, which keeps things of its own in the folder for temporary
 * files, and takes a while.
 * @param before what stands in front of it: `['sh', '-c', 'umask 0; exec "$@"', 'sh']`.
 */
export function directCommand(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  before: readonly string[] = [],
): { readonly code: number | null; readonly stderr: string; readonly stdout: string } {
  const [program = '', ...args] = [
    ...before,
    process.execPath,
    ...nodeFlags,
    'sandbox/cli/main.mjs',
    ...words,
  ]
  const { status, stderr, stdout } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', ...environment },
    // What never ends fails its test.
    timeout: 15_000,
    killSignal: 'SIGKILL',
  })
  return { code: status, stderr, stdout }
}

/** In front of a command: these shell lines. */
export function behind(...lines: readonly string[]): readonly string[] {
  return ['sh', '-c', [...lines, 'exec "$@"'].join('\n'), 'sh']
}
