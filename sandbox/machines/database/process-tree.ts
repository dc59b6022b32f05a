import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * Signals a Postgres server and all its processes. They make process groups of their own, so the server's
 * group does not reach them. Those that are gone already are passed over.
 */
export function signalTree(pid: number, signal: NodeJS.Signals): void {
  // The children first: once the server is dead, they can no longer be found as its children.
  for (const target of [...childrenOf(pid), pid]) {
    try {
      process.kill(target, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

export function childrenOf(pid: number): readonly number[] {
  let listed: string
  try {
    listed = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
  } catch {
    listed = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'latin1' }).stdout ?? ''
  }
  return listed.split(/\s+/).filter(Boolean).map(Number)
}
