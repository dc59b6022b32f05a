import { type Dirent, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Change } from '../../../ground/ground.ts'
import type { InsidePlan } from './plan.ts'

/**
 * What was written inside and is in no writable folder. Of a new folder itself alone, not what is in it.
 * @param tree the folder in which build.sh built, as it is seen from outside.
 */
export function changesIn(tree: string, plan: InsidePlan): Change[] {
  const known = new Set(plan.known)
  const laid = plan.overlays.flatMap((path, index) => changesBelow(join(tree, 'up', String(index + 1)), path))
  // Where nothing is laid over a folder, and it could be written to all the same.
  const made = [...plan.folders, ...plan.overlays].flatMap((path) => newIn(join(tree, 'root', path), path))
  const gone = plan.folders.flatMap((path) => {
    const names = new Set(entriesOf(join(tree, 'root', path)).map(({ name }) => join(path, name)))
    return [...known].filter((each) => join(each, '..') === path && !names.has(each) && isOutside(each))
  })
  const removed = gone.map((path): Change => ({ kind: 'removed', path }))
  return [...laid, ...made, ...removed].sort((one, other) => (one.path < other.path ? -1 : 1))
}

/** @param upper what an overlay has above a folder of the machine: a removed file is a device of number 0 there. */
function changesBelow(upper: string, folder: string): Change[] {
  return entriesOf(upper).flatMap((entry): Change[] => {
    const path = join(folder, entry.name)
    const above = join(upper, entry.name)
    if (entry.isCharacterDevice() && lstatSync(above).rdev === 0) return [{ kind: 'removed', path }]
    if (!isOutside(path)) return [{ kind: 'added', path }]
    return entry.isDirectory() ? changesBelow(above, path) : [{ kind: 'changed', path }]
  })
}

function newIn(here: string, folder: string): Change[] {
  return entriesOf(here)
    .map(({ name }) => join(folder, name))
    .filter((path) => !isOutside(path))
    .map((path) => ({ kind: 'added', path }))
}

/** A link counts wherever it leads. */
function isOutside(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

function entriesOf(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch {
    return []
  }
}
