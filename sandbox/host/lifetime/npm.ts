import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { identify, lives, type ProcessIdentity } from './process-identity.ts'

const ancestorPollMs = 300

/** A chain longer than this is no `npm run`. */
const ancestorsMax = 8

/** In `npm_config_user_agent`, and in the command lines of their processes. */
const managers = 'npm|npx|pnpm|yarn|bun'

/**
 * Started by `npm run`, the runner does not notice when npm is killed with -9. This looks three times a second whether
 * every process from the parent up to npm is still there, and calls `onGone` once when one is not.
 *
 * @returns false where npm had gone before it could be watched: it is not watched then.
 */
export function watchAncestors(onGone: (pid: number) => void): boolean {
  if (process.env['npm_lifecycle_event'] === undefined) return true
  const { chain, npm } = ancestors()
  if (npm === 'none' && isRunByNpm()) return false
  // Where npm is not found (no /proc), the parent stands for it.
  const watched = npm === 'found' ? chain : chain.slice(0, 1)
  if (watched.length === 0) return true
  const timer = setInterval(() => {
    const gone = watched.find((ancestor) => !isStillThere(ancestor))
    if (gone === undefined) return
    clearInterval(timer)
    onGone(gone.pid)
  }, ancestorPollMs)
  timer.unref()
  return true
}

function isStillThere({ pid, start }: ProcessIdentity): boolean {
  // Without /proc a look at another process costs a process. An orphan is given another parent anyway.
  return process.platform === 'linux' ? lives(pid, start) : process.ppid === pid
}

interface Ancestors {
  /** The parent, its parent and so on: up to npm where it was found. */
  readonly chain: readonly ProcessIdentity[]
  /** `none`: the chain was seen to its end, and npm is not in it. */
  readonly npm: 'found' | 'none' | 'unknown'
}

function ancestors(): Ancestors {
  const chain: ProcessIdentity[] = []
  let pid = process.ppid
  while (pid > 0 && chain.length < ancestorsMax) {
    if (isPackageManager(pid)) {
      const npm = identify(pid)
      return npm === undefined ? { chain, npm: 'none' } : { chain: [...chain, npm], npm: 'found' }
    }
    if (pid === 1) return { chain, npm: 'none' }
    const ancestor = identify(pid)
    // Not to be seen from here; or it ended just now, and the first process has its children.
    if (ancestor === undefined) break
    chain.push(ancestor)
    pid = ancestor.parent
  }
  return { chain, npm: process.ppid === 1 ? 'none' : 'unknown' }
}

function isPackageManager(pid: number): boolean {
  // npm sets its title to `npm run scenario`; the others are `node --flag /path/to/pnpm.cjs` or a program.
  const [program = '', argument = ''] = commandLine(pid).filter((word) => !word.startsWith('-'))
  return [program, argument].some((word) => new RegExp(`(^|/)(${managers})\\b`).test(word))
}

/**
 * Whether this process is what npm's own shell ran, now or before it ended. The variables alone do not tell: whatever a
 * script starts has them too, and may be meant to outlive npm.
 */
function isRunByNpm(): boolean {
  const { npm_lifecycle_script: script, npm_config_user_agent: agent = '' } = process.env
  if (!script || !new RegExp(`^(${managers})/`).test(agent)) return false
  if (commandLine(process.ppid).some((word) => word.startsWith(script))) return true
  const wanted = script.replace(/^exec\s+/, '').replaceAll(/["']/g, '')
  return `${commandLine(process.pid).join(' ')} `.startsWith(`${wanted.split(/\s+/).join(' ')} `)
}

/** The words of a process's command line; none where it is gone, or another user's. */
function commandLine(pid: number): readonly string[] {
  if (process.platform !== 'linux') {
    const { stdout } = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
    return (stdout ?? '').trim().split(/\s+/)
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').slice(0, -1)
  } catch {
    return []
  }
}
