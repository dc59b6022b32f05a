import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { InvalidInput } from '../errors/invalid-input.ts'

/** What is written to these, or below them, changes the machine. */
const ofTheMachine = ['/boot', '/dev', '/etc', '/proc', '/run', '/sys', '/usr']

/** No project themselves; one may be below them (hier(7)). */
const ofAll = ['/bin', '/home', '/lib', '/media', '/mnt', '/opt', '/root', '/sbin', '/srv', '/tmp', '/var']

/**
 * The folders that a command inside shares with the outside: the project it is typed in, and those named. The project
 * is the nearest folder with `.git`, else the working directory; where that is no project's (HOME and what is above it,
 * a folder of the system), there is none.
 * @param more as they were typed: `--writable=<path>`.
 * @throws InvalidInput where one cannot be shared.
 */
export function writableFolders(from: string, more: readonly string[]): readonly string[] {
  if (!existsSync(from))
    throw new InvalidInput(`working directory ${from}`, 'expected a folder, saw nothing there')
  const start = realpathSync(from)
  const root = rootOf(start) ?? start
  const project = isShareable(root) ? [root, ...gitFoldersOf(root)] : []
  const named = more.map((path) => namedFolder(resolve(from, path), path))
  const all = [...new Set([...project, ...named])]
  return all.filter((path) => !all.some((other) => path !== other && path.startsWith(`${other}/`)))
}

function rootOf(folder: string): string | undefined {
  if (existsSync(join(folder, '.git'))) return folder
  const parent = dirname(folder)
  return parent === folder ? undefined : rootOf(parent)
}

/** Where `.git` is a file, as in a worktree or a submodule: what git writes lies elsewhere (gitrepository-layout(5)). */
function gitFoldersOf(project: string): string[] {
  const first = (path: string) => readFileSync(path, 'utf8').split('\n')[0] ?? ''
  try {
    const file = join(project, '.git')
    if (!existsSync(file) || !statSync(file).isFile()) return []
    const own = realpathSync(resolve(project, first(file).replace(/^gitdir: /, '')))
    const common = join(own, 'commondir')
    const shared = existsSync(common) ? [realpathSync(resolve(own, first(common)))] : []
    return [own, ...shared].filter(isShareable)
  } catch {
    // Of another make, or of a repository that is gone: git says so itself.
    return []
  }
}

function namedFolder(path: string, typed: string): string {
  const place = `--writable=${typed}`
  if (!existsSync(path) || !statSync(path).isDirectory())
    throw new InvalidInput(
      place,
      `expected a folder, saw ${existsSync(path) ? 'something else' : 'nothing there'}`,
    )
  const real = realpathSync(path)
  if (real !== '/' && !real.startsWith('/proc') && !real.startsWith('/sys') && !real.startsWith('/dev'))
    return real
  throw new InvalidInput(place, `expected a folder of files, saw ${real}`)
}

function isShareable(folder: string): boolean {
  const home = existsSync(homedir()) ? realpathSync(homedir()) : homedir()
  const isAboveHome = `${home}/`.startsWith(folder === '/' ? '/' : `${folder}/`)
  const isOfMachine = ofTheMachine.some((each) => `${folder}/`.startsWith(`${each}/`))
  return !isAboveHome && !isOfMachine && !ofAll.includes(folder)
}
