import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { PartFailure } from '../errors/part-failure.ts'

/**
 * `child_process.spawn`, which every process of a run comes from. Where no file can be opened Node gives a child without
 * its pipes, and the reason later: whatever reads from it next would fail for want of them.
 *
 * @throws PartFailure where the machine has no room for its pipes. One that cannot be run says so with `error`.
 */
export function spawnProcess(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): ChildProcess {
  const child = spawn(command, args, options)
  if (child.stdio !== undefined) return child
  child.on('error', () => {})
  throw new PartFailure(
    `${command}: expected a process with its pipes, saw no room for further open files. Raise the limit: ulimit -n 1024`,
  )
}
