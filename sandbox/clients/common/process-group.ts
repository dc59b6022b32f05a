import type { ChildProcess } from 'node:child_process'

/** Ends a client's process group: in the sealed world the client is not the process that we started. */
export function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // ESRCH: it has ended.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
