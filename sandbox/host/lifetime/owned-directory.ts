import { chmodSync, lstatSync, mkdirSync } from 'node:fs'

/** Postgres does not run as root: as root, another account has to be able to pass through. */
export const runMode = process.getuid?.() === 0 ? 0o711 : 0o700

/**
 * Makes a directory of this user's, whatever the umask.
 * @throws Error when something else is there.
 */
export function mkdirOwned(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode })
    // The umask must not close it to the account Postgres runs as.
    chmodSync(path, mode)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const owner = ownership(path)
  // Undefined: removed again since. The caller's next step finds that out.
  if (owner === 'ours' || owner === undefined) return
  throw new Error(
    `directory ${path}: expected a directory of user ${process.getuid?.()}, saw ${owner}. Remove it, then run again.`,
  )
}

/** `ours`, or what is there instead; undefined when nothing is. */
export function ownership(path: string): string | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  if (!found.isDirectory()) return 'something that is no directory'
  return process.getuid === undefined || found.uid === process.getuid() ? 'ours' : `one of user ${found.uid}`
}
