import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { mkdirOwned } from './owned-directory.ts'
import { ownerLives } from './run-directory.ts'

const unusedDaysMax = 14

/** Stands between the name of an entry and the run that builds it. */
const underWay = '.building-'

/**
 * Where built things are kept from run to run: FAULTPATH_CACHE, else /var/cache/faultpath for root, else
 * $XDG_CACHE_HOME/faultpath, else ~/.cache/faultpath. Made when it is missing.
 *
 * @throws Error when it belongs to another user: what lies there gets executed.
 */
export function cacheDirectory(): string {
  const { FAULTPATH_CACHE, XDG_CACHE_HOME } = process.env
  const parent = process.getuid?.() === 0 ? '/var/cache' : XDG_CACHE_HOME || join(homedir(), '.cache')
  const path = resolve(FAULTPATH_CACHE || join(parent, 'faultpath'))
  mkdirSync(dirname(path), { recursive: true })
  mkdirOwned(path, 0o700)
  return path
}

/** Keeps an entry of the cache from being taken for one that no run uses any more. False: there is no entry. */
export function touchEntry(path: string): boolean {
  const now = new Date()
  try {
    utimesSync(path, now, now)
    return true
  } catch {
    return false
  }
}

/**
 * Builds an entry beside its place and renames it there, so that no reader ever sees half of one. Of two runs
 * that build at once, the first to finish wins. Entries that no run has used for long go then.
 */
export async function buildEntry(
  path: string,
  runId: string,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  discardOld(dirname(path))
  const building = `${path}${underWay}${runId}`
  try {
    mkdirSync(building, { mode: 0o700 })
    await fill(building)
    renameSync(building, path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
  } finally {
    rmSync(building, { recursive: true, force: true })
  }
}

/** Entries that have not been used for long, what Node compiled long ago, and what builders that died left half done. */
function discardOld(cache: string): void {
  const compiled = join(cache, 'compile')
  const folders = [cache, ...(existsSync(compiled) ? [compiled] : [])]
  for (const path of folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))) {
    if (path === compiled) continue
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    const builder = path.split(underWay)[1]
    const isAbandoned = builder !== undefined && ownerLives(builder) !== true
    if (age > unusedDaysMax * 86_400_000 || isAbandoned) rmSync(path, { recursive: true, force: true })
  }
}
