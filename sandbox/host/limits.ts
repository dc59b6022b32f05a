import { readdirSync, readFileSync } from 'node:fs'
import { PartFailure } from '../errors/part-failure.ts'

/**
 * What one sandbox takes at most, as the whole catalogue was seen to (230 open files in the runner, 220 in a browser; 242
 * processes and threads; a Node that starts needs 1.5 GB of addresses), and room above it.
 */
const takes = { files: 256, tasks: 256, addressBytes: 2 * 2 ** 30 }

/** A limit as high as this was hardly meant for one run: how much of it is used need not be counted. */
const highTasks = 4_096

/**
 * Looked at before anything starts: what runs into a limit fails later, with words that lead nowhere (a client is reset,
 * a thread cannot be made, and the process aborts).
 *
 * @param sandboxes how many run side by side.
 * @throws PartFailure with the limit, and how to raise it.
 */
export function expectLimits(sandboxes: number): void {
  if (process.platform !== 'linux') return
  const limits = softLimits()
  const files = limits('Max open files')
  const filesMin = takes.files * sandboxes
  if (files < filesMin) throw tooLow('ulimit -n', 'open files', filesMin, files)
  const bytes = limits('Max address space')
  const mib = (count: number) => Math.floor(count / 2 ** 20)
  if (bytes < takes.addressBytes)
    throw tooLow('ulimit -v', 'MiB of addresses', mib(takes.addressBytes), mib(bytes), 'unlimited')
  // The kernel does not hold root to it.
  const tasks = process.getuid?.() === 0 ? Number.POSITIVE_INFINITY : limits('Max processes')
  if (tasks > highTasks) return
  const used = tasksOf(process.getuid?.() ?? 0)
  const tasksMin = takes.tasks * sandboxes + used
  if (tasks < tasksMin)
    throw tooLow('ulimit -u', `processes and threads (${used} are there already)`, tasksMin, tasks)
}

function tooLow(command: string, what: string, least: number, saw: number, value = `${least}`): PartFailure {
  return new PartFailure(
    `${command}: expected a limit of ${least} ${what} at least, saw ${saw}. Raise it: ${command} ${value}`,
  )
}

/** proc_pid_limits(5): the name, the soft limit, the hard one. Node has raised that of files to the hard one. */
function softLimits(): (name: string) => number {
  const text = readFileSync('/proc/self/limits', 'latin1')
  return (name) => {
    const [, value = 'unlimited'] = new RegExp(`^${name}\\s+(\\S+)`, 'm').exec(text) ?? []
    return value === 'unlimited' ? Number.POSITIVE_INFINITY : Number(value)
  }
}

/** Processes of a user, and their threads. */
function tasksOf(user: number): number {
  let count = 0
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const status = readFileSync(`/proc/${name}/status`, 'latin1')
      if (new RegExp(`^Uid:\\s+${user}\\b`, 'm').test(status))
        count += Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 0)
    } catch {
      // It has ended.
    }
  }
  return count
}
