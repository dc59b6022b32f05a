import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** What tells one process from a later one that was given the same number. */
export interface ProcessIdentity {
  readonly pid: number
  readonly parent: number
  /** Linux: clock ticks since boot (proc_pid_stat(5), field 22). Elsewhere: seconds since 1970. */
  readonly start: number
}

/** The identity of a live process; undefined when it is gone. A zombie is gone: it does nothing any more. */
export function identify(pid: number): ProcessIdentity | undefined {
  return process.platform === 'linux' ? identifyInProc(pid) : identifyWithPs(pid)
}

/** Whether the kernel does not run a process, because of SIGSTOP. */
export function isStopped(pid: number): boolean {
  if (process.platform !== 'linux') {
    const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
    return stdout?.trim().startsWith('T') ?? false
  }
  return stateIn(pid)?.[0] === 'T'
}

/** Whether the process that carried this number and start time is still running. */
export function lives(pid: number, start: number): boolean {
  return identify(pid)?.start === start
}

/** The fields of proc_pid_stat(5) from the state on; undefined where the process is gone. */
function stateIn(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The command's name is in brackets and may itself hold brackets and blanks, so fields count from the last one.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

function identifyInProc(pid: number): ProcessIdentity | undefined {
  const fields = stateIn(pid)
  if (fields === undefined) return undefined
  const [state, parent] = fields
  if (state === 'Z' || state === 'X') return undefined
  return { pid, parent: Number(parent), start: Number(fields[19]) }
}

function identifyWithPs(pid: number): ProcessIdentity | undefined {
  const { stdout } = spawnSync('ps', ['-o', 'ppid=,stat=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { PATH: '/bin:/usr/bin', LC_ALL: 'C' },
  })
  const [, parent, state, started] = /^\s*(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(stdout ?? '') ?? []
  if (started === undefined || state?.startsWith('Z')) return undefined
  return { pid, parent: Number(parent), start: Date.parse(started) / 1000 }
}
