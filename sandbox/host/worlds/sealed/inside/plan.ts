import { type Dirent, lstatSync, readdirSync, readlinkSync, type Stats, statSync } from 'node:fs'
import { join } from 'node:path'
import { isBelow, keptFlags, type Mount, parseMounts } from './mounts.ts'

/** What the inside is built from. */
export interface PlanOptions {
  /** /proc/self/mountinfo, as the host has it. */
  readonly mountinfo: string
  /** Folders that are one with those outside. Real paths. */
  readonly writable: readonly string[]
  readonly home: string
  /** Files to be read at their own path, such as the run's root certificate. */
  readonly ownFiles: readonly string[]
  /** Files of ours, and the files of the system that they stand for. */
  readonly instead: Readonly<Record<string, string>>
  /** Whether all users exist inside, and so can own something there. */
  readonly hasAllUsers: boolean
}

export interface InsidePlan {
  /** Calls of the functions of build.sh. */
  readonly script: string
  /** Folders that are made anew: what else appears in them was written inside. */
  readonly folders: readonly string[]
  /** What was put into those. */
  readonly known: readonly string[]
  /** The overlays, in the order of their numbers, from 1 on. */
  readonly overlays: readonly string[]
}

/** Those that programs expect, and that hold nothing of the machine. */
export const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty']

/** Made anew, not laid over. */
const special = ['/dev', '/proc', '/sys']

/** Of larger files there is no copy: they are read-only. */
const copyBytesMax = 1_048_576

/**
 * How each folder of the machine is met inside. The kernel lays nothing over a folder with mounts of others below it
 * (`has_locked_children`): such a one is made anew, with the same names in it.
 */
export function planInside(options: PlanOptions): InsidePlan {
  const planner = new Planner(parseMounts(options.mountinfo), options)
  planner.lay('/')
  planner.layHome()
  planner.finish()
  return planner
}

class Planner implements InsidePlan {
  readonly folders: string[] = []
  readonly known: string[] = []
  readonly overlays: string[] = []
  readonly #lines: string[] = []
  readonly #mounts: readonly Mount[]
  readonly #options: PlanOptions

  constructor(mounts: readonly Mount[], options: PlanOptions) {
    this.#mounts = mounts
    this.#options = options
  }

  get script(): string {
    // Made in one go: each command takes a millisecond.
    const folders = this.overlays.map((_, index) => `work/${index + 1}`)
    return `mkdir ${folders.join(' ')}\n${this.#lines.join('\n')}\n`
  }

  lay(path: string): void {
    const isWhole = path !== '/' && !this.#mounts.some((each) => isBelow(each.path, path))
    if (!isWhole) {
      this.folders.push(path)
      this.#callFor('folder', path)
      for (const entry of entriesOf(path)) this.#layEntry(join(path, entry.name), entry)
    } else if (this.#mountAt(path)?.flags.includes('ro')) {
      this.#call('frozen', path, this.#flagsAt(path))
    } else {
      this.#over(path)
    }
  }

  #over(path: string): void {
    if (look(path) === undefined) return
    this.overlays.push(path)
    this.#callFor('overlay', path, this.#flagsAt(path))
  }

  /** With mode and owner of a folder. Nothing where it is gone, or where this user may not look. */
  #callFor(name: string, path: string, ...more: readonly string[]): void {
    const stats = look(path)
    if (stats === undefined) return
    const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0')
    // What is made belongs to this user in any case; to others, where they exist inside.
    const isOthers = this.#options.hasAllUsers && (stats.uid !== 0 || stats.gid !== 0)
    const owner = isOthers ? `${stats.uid}:${stats.gid}` : '-'
    this.#call(name, mode, owner, path, ...more)
  }

  /** No sockets, pipes and devices: other programs of the machine are behind them. */
  #layEntry(path: string, entry: Dirent): void {
    const isDone = special.includes(path)
    const isFile = entry.isFile()
    const isLink = entry.isSymbolicLink()
    if (isDone || !(isFile || isLink || entry.isDirectory())) return
    this.known.push(path)
    if (isLink) this.#call('link', readlinkSync(path), path)
    else if (!isFile) this.lay(path)
    else if ((look(path)?.size ?? 0) <= copyBytesMax) this.#call('copy', path, this.#flagsAt(path))
    else this.#call('frozen', path, this.#flagsAt(path))
  }

  /**
   * Over the folders above it, which another user may own: where that one does not exist inside, an overlay cannot write
   * to what is in them.
   */
  layHome(): void {
    const { home } = this.#options
    if (this.overlays.some((path) => isBelow(home, path)) && look(home)?.isDirectory()) this.#over(home)
  }

  finish(): void {
    const { ownFiles, instead, writable } = this.#options
    this.#frozenWithMounts('/sys')
    this.#call('devices', ...devices)
    this.#lines.push('processes_around() {')
    this.#readOnlyWithMounts('/proc')
    this.#lines.push('}')
    this.#call('processes', ...openToRoot())
    for (const path of writable) this.#call('writable', path)
    for (const file of ownFiles) this.#call('own_file', file, this.#flagsAt(file))
    this.#lines.push('entered() {')
    for (const [file, path] of Object.entries(instead)) this.#call('instead', file, this.#flagsAt(file), path)
    this.#lines.push('}')
  }

  #frozenWithMounts(path: string): void {
    this.#call('frozen', path, this.#flagsAt(path))
    for (const mount of this.#visibleBelow(path)) this.#call('read_only', mount.path, flagsOf(mount))
  }

  #readOnlyWithMounts(path: string): void {
    this.#call('read_only', path, this.#flagsAt(path))
    for (const mount of this.#visibleBelow(path)) this.#call('read_only', mount.path, flagsOf(mount))
  }

  /** Those that a path leads to: none that another lies on top of. */
  #visibleBelow(path: string): Mount[] {
    return this.#mounts.filter((mount) => isBelow(mount.path, path) && this.#mountAt(mount.path) === mount)
  }

  /** What a path leads to: from the root of the file system, always to what lies on top. */
  #mountAt(path: string): Mount | undefined {
    const ids = new Set(this.#mounts.map(({ id }) => id))
    let current = this.#mounts.find(({ parent }) => !ids.has(parent))
    const climb = (folder: string) => {
      for (;;) {
        const next = this.#mounts.find(
          (each) => each.parent === current?.id && each.path === folder && each !== current,
        )
        if (next === undefined) return
        current = next
      }
    }
    climb('/')
    let folder = ''
    for (const name of path.split('/').filter(Boolean)) {
      folder += `/${name}`
      climb(folder)
    }
    return current
  }

  #flagsAt(path: string): string {
    const mount = this.#mountAt(path)
    return mount === undefined ? '' : flagsOf(mount)
  }

  #call(name: string, ...words: readonly string[]): void {
    this.#lines.push([name, ...words.map(quoted)].join(' '))
  }
}

function flagsOf(mount: Mount): string {
  return keptFlags(mount).join(',')
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}

/** Undefined where it is gone, or where this user may not look. */
function look(path: string): Stats | undefined {
  try {
    return lstatSync(path)
  } catch {
    return undefined
  }
}

function entriesOf(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch {
    return []
  }
}

/** What is not of a process in /proc, and holds something that can be written to: of the whole machine, all of it. */
function openToRoot(): string[] {
  return entriesOf('/proc')
    .filter(({ name }) => !/^\d+$/.test(name))
    .filter((entry) => entry.isDirectory() || (entry.isFile() && isWritable(`/proc/${entry.name}`)))
    .map(({ name }) => name)
}

function isWritable(path: string): boolean {
  try {
    return (statSync(path).mode & 0o222) !== 0
  } catch {
    return true
  }
}
