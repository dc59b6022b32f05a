import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { InvalidInput } from '../../errors/invalid-input.ts'
import { PartFailure } from '../../errors/part-failure.ts'
import { machineId } from './machine-id.ts'
import { cacheFolder, makeFolder, notOwn } from './own-folder.mjs'
import { ownerLives } from './run-directory.ts'

const unusedDaysMax = 14

/** A build takes seconds: one of another machine or container that shares the cache is over by then. */
const buildHoursMax = 1

/** Behind the name of an entry, with the machine and the run: it is being built, or was found damaged. */
const aside = /\.aside-(\w+)-([\d-]+)$/

/** In each entry: what it was built as. */
const digests = 'digests.json'

/** To be a part of an entry's name: one that another version built is no damaged one. */
export const entryFormat = 2

/**
 * Where built things are kept from run to run. Made where it is missing.
 *
 * @throws InvalidInput, or PartFailure where no variable names the place, when it cannot be made, or when others may
 * write to it: what lies there gets executed.
 */
export function cacheDirectory(): string {
  const { path, problem, saidBy } = cacheFolder()
  if (problem === undefined) return path
  if (saidBy !== undefined)
    throw new InvalidInput(`${saidBy}=${path}`, problem, { next: 'Name another folder' })
  const next = `${existsSync(path) ? 'Remove it, or name' : 'Name'} another folder: FAULTPATH_CACHE=<folder>`
  throw new PartFailure(`cache ${path}: ${problem}. ${next}`)
}

/** Keeps an entry of the cache from being taken for one that no run uses any more. */
export function touchEntry(path: string): void {
  const now = new Date()
  try {
    utimesSync(path, now, now)
  } catch {
    // A cache that cannot be written to loses nothing either.
  }
}

/**
 * Builds an entry aside and renames it to its place, so that no reader ever sees half of one, not even behind a power
 * failure. Of two runs that build at once, the first to finish wins. Entries that no run has used for long go then.
 */
export async function buildEntry(
  path: string,
  runId: string,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  discardOld(dirname(path))
  const building = asideOf(path, runId)
  try {
    makeFolder(building, 0o700)
    await fill(building)
    writeFileSync(join(building, digests), JSON.stringify(digestsOf(building)), { mode: 0o600 })
    for (const name of readdirSync(building)) flush(join(building, name))
    flush(building)
    renameSync(building, path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
  } finally {
    rmSync(building, { recursive: true, force: true })
  }
}

/**
 * Whether an entry is this user's and holds what was built into it. This alone is what it is judged by: that a run which
 * used it failed says nothing of it.
 */
export function isWhole(path: string): boolean {
  try {
    if (notOwn(path) !== undefined) return false
    const built: unknown = JSON.parse(readFileSync(join(path, digests), 'utf8'))
    return JSON.stringify(digestsOf(path)) === JSON.stringify(built)
  } catch {
    return false
  }
}

/** Takes an entry out of its place. A run that reads it has its files open, and goes on. */
export function discardEntry(path: string, runId: string): void {
  const damaged = asideOf(path, runId)
  try {
    renameSync(path, damaged)
  } catch (error) {
    // Another run was faster.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  rmSync(damaged, { recursive: true, force: true })
}

function asideOf(path: string, runId: string): string {
  return `${path}.aside-${machineId()}-${runId}`
}

/** Of each file in a folder, by its name. */
function digestsOf(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder).filter((name) => name !== digests)
  const digest = (name: string) =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex')
  return Object.fromEntries(names.sort().map((name) => [name, digest(name)]))
}

function flush(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Entries that have not been used for long, what Node compiled long ago, and what dead runs left aside. */
function discardOld(cache: string): void {
  const compiled = join(cache, 'compile')
  const folders = [cache, ...(existsSync(compiled) ? [compiled] : [])]
  for (const path of folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))) {
    if (path === compiled) continue
    const ageMs = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (ageMs > unusedDaysMax * 86_400_000 || isAbandoned(path, ageMs))
      rmSync(path, { recursive: true, force: true })
  }
}

/** Processes of another machine or container cannot be seen from here. */
function isAbandoned(path: string, ageMs: number): boolean {
  const [, machine, run] = aside.exec(path) ?? []
  if (run === undefined) return false
  return machine === machineId() ? ownerLives(run) !== true : ageMs > buildHoursMax * 3_600_000
}
