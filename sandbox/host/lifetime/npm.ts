import { readFileSync } from 'node:fs'
import { identify, lives, type ProcessIdentity } from './process-identity.ts'

const ancestorPollMs = 300

/** A chain longer than this is no `npm run`. */
const ancestorsMax = 8

/**
 * Started by `npm run`, the runner does not notice when npm is killed with -9: npm, a shell and the runner
 * are three processes, and the other two live on. This looks three times a second whether every
 * process from the parent up to npm is still there, and calls `onGone` once when one is not.
 *
 * @returns a function that stops it.
 */
export function watchAncestors(onGone: (pid: number) => void): () => void {
  const watched = process.env['npm_lifecycle_event'] === undefined ? [] : packageManagerChain()
  const timer = setInterval(() => {
    const gone = watched.find((ancestor) => !isStillThere(ancestor))
    if (gone === undefined) return
    clearInterval(timer)
    onGone(gone.pid)
  }, ancestorPollMs)
  timer.unref()
  if (watched.length === 0) clearInterval(timer)
  return () => clearInterval(timer)
}

function isStillThere({ pid, start }: ProcessIdentity): boolean {
  // Without /proc a look at another process costs a process. An orphan is given another parent anyway.
  return process.platform === 'linux' ? lives(pid, start) : process.ppid === pid
}

/** The parent, its parent and so on up to npm; the parent alone where npm is not found (no /proc). */
function packageManagerChain(): readonly ProcessIdentity[] {
  const chain: ProcessIdentity[] = []
  let pid = process.ppid
  while (pid > 1 && chain.length < ancestorsMax) {
    const ancestor = identify(pid)
    if (ancestor === undefined) break
    chain.push(ancestor)
    if (isPackageManager(pid)) return chain
    pid = ancestor.parent
  }
  return chain.slice(0, 1)
}

function isPackageManager(pid: number): boolean {
  try {
    const [program = '', argument = ''] = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0')
    // npm sets its title to `npm run scenario`; the others are `node /path/to/pnpm.cjs` or a program.
    return [program, argument].some((word) => /(^|\/)(npm|npx|pnpm|yarn|bun)\b/.test(word))
  } catch {
    return false
  }
}
