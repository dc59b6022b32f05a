import { chmodSync, lstatSync, mkdirSync, readdirSync, statfsSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { identify, lives } from './process-identity.ts'
import { reap } from './watchdog.ts'

/** A Postgres cluster takes about 12 MB. Docker gives /dev/shm 64 MB, which several runs would fill. */
const memoryFreeBytesMin = 256 * 1024 * 1024

const asRoot = process.getuid?.() === 0

/** Postgres does not run as root: as root, another account has to be able to pass through. */
const directoryMode = asRoot ? 0o711 : 0o700

/**
 * The folder of one run. Its name is the identity of the process that owns it, so no lock is needed. The run's
 * watchdog removes it, however the run ends.
 */
export class RunDirectory {
  /** `<pid>-<start time>`, and `-2` and so on for further runs of the same process. */
  readonly id: string
  readonly path: string

  private constructor(base: string, id: string) {
    this.id = id
    this.path = join(base, id)
  }

  /** @throws Error when the place for it belongs to somebody else. */
  static create(): RunDirectory {
    const base = runDirectoryBase(hasRoom('/dev/shm') ? '/dev/shm' : tmpdir())
    const owner = `${process.pid}-${identify(process.pid)?.start}`
    for (let count = 1; ; count += 1) {
      const run = new RunDirectory(base, count === 1 ? owner : `${owner}-${count}`)
      try {
        mkdirOwned(base)
        mkdirSync(run.path, { mode: directoryMode })
        return run
      } catch (error) {
        // ENOENT: the last run of another process has just removed the base. Made again, it is there.
        const { code } = error as NodeJS.ErrnoException
        if (code === 'ENOENT') count -= 1
        else if (code !== 'EEXIST') throw error
      }
    }
  }
}

/** Where the folders of all runs of this user lie, inside `place`. */
function runDirectoryBase(place: string): string {
  return join(place, `faultpath-${process.getuid?.() ?? 0}`)
}

/** Whether the process that made a run of this id still lives. Undefined: it is not the id of a run. */
export function ownerLives(id: string): boolean | undefined {
  const [, pid, start] = /^(\d+)-(\d+)(?:-\d+)?$/.exec(id) ?? []
  return pid === undefined ? undefined : lives(Number(pid), Number(start))
}

/**
 * Ends what dead runs of this user left running and removes their folders; runs whose owner lives are left
 * alone. With nothing to do it takes well under 1 ms.
 *
 * @returns the ids of the runs it removed.
 */
export async function sweep(): Promise<readonly string[]> {
  const dead = allRuns().filter(({ id }) => ownerLives(id) === false)
  await Promise.all(dead.map(({ id, path }) => reap(id, path)))
  return dead.map(({ id }) => id)
}

/** The folders of this user's runs whose owner lives. */
export function liveRuns(): readonly string[] {
  return allRuns().flatMap(({ id, path }) => (ownerLives(id) === true ? [path] : []))
}

function allRuns(): readonly { readonly id: string; readonly path: string }[] {
  return [...new Set(['/dev/shm', tmpdir()])].flatMap((place) => {
    const base = runDirectoryBase(place)
    return ownership(base) === 'ours' ? readdirSync(base).map((id) => ({ id, path: join(base, id) })) : []
  })
}

/**
 * Where built things are kept from run to run: FAULTPATH_CACHE, else /var/cache/faultpath for root, else
 * $XDG_CACHE_HOME/faultpath, else ~/.cache/faultpath. Made when it is missing.
 *
 * @throws Error when it belongs to somebody else: what lies there gets executed.
 */
export function cacheDirectory(): string {
  const { FAULTPATH_CACHE, XDG_CACHE_HOME } = process.env
  const parent = asRoot ? '/var/cache' : XDG_CACHE_HOME || join(homedir(), '.cache')
  const path = resolve(FAULTPATH_CACHE || join(parent, 'faultpath'))
  mkdirSync(dirname(path), { recursive: true })
  mkdirOwned(path, 0o700)
  return path
}

function mkdirOwned(path: string, mode = directoryMode): void {
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
function ownership(path: string): string | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  if (!found.isDirectory()) return 'something that is no directory'
  return process.getuid === undefined || found.uid === process.getuid() ? 'ours' : `one of user ${found.uid}`
}

function hasRoom(place: string): boolean {
  if (process.platform !== 'linux') return false
  try {
    const { bavail, bsize } = statfsSync(place)
    return bavail * bsize >= memoryFreeBytesMin
  } catch {
    return false
  }
}
