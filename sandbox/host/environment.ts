import type { SpawnOptions } from 'node:child_process'
import type { SpawnInside } from './place.ts'

/**
 * The variables a child needs to be an ordinary process, and no others: proxies, certificate authorities,
 * NODE_OPTIONS and PG* of the person's own shell would change what a client sees.
 */
const kept = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TERM', 'TMPDIR', 'TZ', 'SystemRoot']

export function cleanEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const name of kept) {
    const value = process.env[name]
    if (value !== undefined) environment[name] = value
  }
  return { ...environment, ...extra }
}

/** How a process is started inside: with a clean environment. */
export function spawnOptions({ environment, stdio }: SpawnInside): SpawnOptions {
  return { env: cleanEnvironment(environment), ...(stdio === undefined ? {} : { stdio }) }
}

/**
 * Of Node's processes: V8 collects garbage less often while they start, and starts no threads for it, which is a
 * tenth of each start. Node's note that it strips types has no reader.
 * package.json starts the runner with the same.
 */
export const nodeFlags = [
  '--disable-warning=ExperimentalWarning',
  '--min-semi-space-size=16',
  '--v8-pool-size=0',
] as const
