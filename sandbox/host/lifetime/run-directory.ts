import { existsSync, readdirSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { InvalidInput } from '../../errors/invalid-input.ts'
import { PartFailure } from '../../errors/part-failure.ts'
import { makeFolder, notOwn, ownFolder } from './own-folder.mjs'
import { identify, lives } from './process-identity.ts'

/** A Postgres cluster takes about 12 MB. Docker gives /dev/shm 64 MB, which several runs would fill. */
const memoryFreeBytesMin = 256 * 1024 * 1024

/** Postgres does not run as root: as root, another account has to be able to pass through. */
const runMode = process.getuid?.() === 0 ? 0o711 : 0o700

/** Other runs that end just then each remove the folder of all runs once. */
const triesMax = 100

/** Of a Unix socket's path (unix(7); macOS has 104 bytes for it), and what it takes behind the folder of the run. */
const socketBytesMax = process.platform === 'linux' ? 107 : 103
const socketNameBytes = '/127.0.1.254.sock'.length

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

  /**
   * In memory where there is room, else in the folder for temporary files.
   * @throws InvalidInput where TMPDIR names a folder that will not do; PartFailure where the system's own will not.
   */
  static create(): RunDirectory {
    const [temporary, memory] = placesOfRuns()
    const quick = memory !== undefined && hasRoom(memory) ? makeIn(memory) : undefined
    if (quick !== undefined && 'id' in quick) return new RunDirectory(quick.base, quick.id)
    const made = makeIn(temporary)
    if ('id' in made) return new RunDirectory(made.base, made.id)
    const next = 'Name another folder for temporary files: TMPDIR=<folder>'
    const { TMPDIR } = process.env
    if (TMPDIR) throw new InvalidInput(`TMPDIR=${TMPDIR}`, made.problem, { next })
    throw new PartFailure(`folder of the run in ${temporary}: ${made.problem}. ${next}`)
  }
}

/** Where the folder is that was made, or why there is none: `expected ..., saw ...`. */
type Made = { readonly base: string; readonly id: string } | { readonly problem: string }

function makeIn(place: string): Made {
  const base = runDirectoryBase(place)
  const owner = `${process.pid}-${identify(process.pid)?.start}`
  let count = 1
  for (let tries = 1; ; tries += 1) {
    const id = count === 1 ? owner : `${owner}-${count}`
    const path = join(base, id)
    const spareBytes = socketBytesMax - socketNameBytes - Buffer.byteLength(path)
    if (spareBytes < 0) return { problem: `expected a path ${-spareBytes} bytes shorter, saw ${path}` }
    try {
      const problem = ownFolder(base, runMode)
      if (problem !== undefined) return { problem: `${base}: ${problem}` }
      makeFolder(path, runMode)
      return { base, id }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EEXIST') count += 1
      // ENOENT: the last run of another process has just removed the base. Made again, it is there.
      else if (code !== 'ENOENT' || !existsSync(place) || tries > triesMax)
        return {
          problem: `expected a directory that can be written to, saw ${existsSync(place) ? code : 'none'}`,
        }
    }
  }
}

/** Where the folders of all runs of this user lie, inside `place`. */
function runDirectoryBase(place: string): string {
  return join(place, `faultpath-${process.getuid?.() ?? 0}`)
}

/** Where runs may be: among the temporary files, and in memory. */
function placesOfRuns(): readonly [temporary: string, ...memory: string[]] {
  const temporary = resolve(tmpdir())
  return process.platform === 'linux' ? [temporary, '/dev/shm'] : [temporary]
}

/** Every run of this user that has left a folder. Folders that others may write to are not looked into. */
export function allRuns(): readonly { readonly id: string; readonly path: string }[] {
  return [...new Set(placesOfRuns())].flatMap((place) => {
    const base = runDirectoryBase(place)
    return namesIn(base).map((id) => ({ id, path: join(base, id) }))
  })
}

/** None where the last run removes the folder just now. */
function namesIn(base: string): readonly string[] {
  try {
    return notOwn(base) === undefined ? readdirSync(base) : []
  } catch {
    return []
  }
}

/** Whether the process that made a run of this id still lives. Undefined: it is not the id of a run. */
export function ownerLives(id: string): boolean | undefined {
  const [, pid, start] = /^(\d+)-(\d+)(?:-\d+)?$/.exec(id) ?? []
  return pid === undefined ? undefined : lives(Number(pid), Number(start))
}

function hasRoom(place: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(place)
    return bavail * bsize >= memoryFreeBytesMin
  } catch {
    return false
  }
}
