import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ownerLives } from './run-directory.ts'

const unusedDaysMax = 14

/** Keeps an entry of the cache from being taken for one that nobody uses any more. False: there is none. */
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
 * that build at once, the first to finish wins. What is older and unused goes: entries whose names begin alike.
 */
export async function buildEntry(
  path: string,
  runId: string,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  discardOld(dirname(path), `${basename(path).split('-')[0]}-`)
  const building = `${path}.${runId}`
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

/** Entries that have not been used for long, and what builders that died left half done. */
function discardOld(cache: string, prefix: string): void {
  for (const name of readdirSync(cache)) {
    if (!name.startsWith(prefix)) continue
    const path = join(cache, name)
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    const builder = name.slice(name.lastIndexOf('.') + 1)
    if (age > unusedDaysMax * 86_400_000 || ownerLives(builder) === false) {
      rmSync(path, { recursive: true, force: true })
    }
  }
}
