import { type Dirent, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Change } from '../../../ground/ground.ts'
import type { InsidePlan } from './plan.ts'

/**
 * What was written inside and is in no writable folder. Of a new folder itself alone, not what is in it.
 * @param tree the folder in which build.sh built, as it is seen from outside.
 * @param inside the root of what it built.
 */
export function changesIn(tree: string, inside: string, plan: InsidePlan): Change[] {
  const laid = plan.overlays.flatMap((path, index) =>
    changesBelow(join(tree, 'up', String(index + 1)), inside, path),
  )
  // Where nothing is laid over a folder, and it could be written to all the same.
  const made = [...plan.folders, ...plan.overlays].flatMap((path) => newIn(join(tree, 'root', path), path))
  const gone = plan.known.filter((path) => isThere(path) && !isThere(join(tree, 'root', path)))
  const removed = gone.map((path): Change => ({ kind: 'removed', path }))
  return [...laid, ...made, ...removed].sort((one, other) => (one.path < other.path ? -1 : 1))
}

/** @param upper what an overlay has above a folder: files that were written, and each folder that leads to a change. */
function changesBelow(upper: string, inside: string, folder: string): Change[] {
  const left = new Set(entriesOf(join(inside, folder)).map(({ name }) => name))
  const removed = entriesOf(folder).filter(({ name }) => !left.has(name))
  const written = entriesOf(upper).filter(({ name }) => left.has(name))
  return [
    ...removed.map(({ name }): Change => ({ kind: 'removed', path: join(folder, name) })),
    ...written.flatMap((entry): Change[] => {
      const path = join(folder, entry.name)
      if (!isThere(path)) return [{ kind: 'added', path }]
      return entry.isDirectory()
        ? changesBelow(join(upper, entry.name), inside, path)
        : [{ kind: 'changed', path }]
    }),
  ]
}

function newIn(here: string, folder: string): Change[] {
  return entriesOf(here)
    .map(({ name }) => join(folder, name))
    .filter((path) => !isThere(path))
    .map((path) => ({ kind: 'added', path }))
}

/** A link counts wherever it leads. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    // Not for this user to know.
    return false
  }
}

function entriesOf(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch {
    return []
  }
}
