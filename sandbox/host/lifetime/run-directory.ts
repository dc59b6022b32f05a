import { mkdirSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mkdirOwned, runMode } from './owned-directory.ts'
import { identify, lives } from './process-identity.ts'

/** A Postgres cluster takes about 12 MB. Docker gives /dev/shm 64 MB, which several runs would fill. */
const memoryFreeBytesMin = 256 * 1024 * 1024

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

  /** @throws Error when the folder for all runs belongs to another user. */
  static create(): RunDirectory {
    const base = runDirectoryBase(hasRoom('/dev/shm') ? '/dev/shm' : tmpdir())
    const owner = `${process.pid}-${identify(process.pid)?.start}`
    for (let count = 1; ; count += 1) {
      const run = new RunDirectory(base, count === 1 ? owner : `${owner}-${count}`)
      try {
        mkdirOwned(base, runMode)
        mkdirSync(run.path, { mode: runMode })
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
export function runDirectoryBase(place: string): string {
  return join(place, `faultpath-${process.getuid?.() ?? 0}`)
}

/** Whether the process that made a run of this id still lives. Undefined: it is not the id of a run. */
export function ownerLives(id: string): boolean | undefined {
  const [, pid, start] = /^(\d+)-(\d+)(?:-\d+)?$/.exec(id) ?? []
  return pid === undefined ? undefined : lives(Number(pid), Number(start))
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
