// @ts-check
/**
 * Folders that hold what a run executes or trusts: each belongs to this user, and no other may write to it. Looked at
 * before anything in them is used. The compile cache is one of them, and is turned on before any TypeScript is read:
 * that is why this file is JavaScript.
 */
import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

const othersMayWrite = 0o022

/**
 * Makes a folder with this mode, whatever the umask.
 *
 * @param {string} path
 * @param {number} mode
 * @throws {NodeJS.ErrnoException} also where it is there already
 */
export function makeFolder(path, mode) {
  mkdirSync(path, { mode })
  chmodSync(path, mode)
}

/**
 * Makes the folders that lead to a path, those that are missing. Node's own `recursive` tries for ever where the kernel
 * says that a folder is not there whose parent is (below /proc).
 *
 * @param {string} path
 * @throws {NodeJS.ErrnoException}
 */
export function makeParents(path) {
  const parent = dirname(path)
  if (parent === path || lstatSync(parent, { throwIfNoEntry: false }) !== undefined) return
  makeParents(parent)
  try {
    mkdirSync(parent, { mode: 0o755 })
  } catch (error) {
    // Of two that make it at once, one finds it there.
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

/**
 * Makes a folder of this user's, or sees that it is one.
 *
 * @param {string} path
 * @param {number} mode
 * @returns {string | undefined} what is wrong with it: `expected ..., saw ...`
 * @throws {NodeJS.ErrnoException} where it cannot be made
 */
export function ownFolder(path, mode) {
  try {
    makeFolder(path, mode)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
  const problem = notOwn(path)
  if (problem !== undefined) return problem
  const found = lstatSync(path, { throwIfNoEntry: false })
  // Gone again since: what is done in it next finds that out.
  if (found !== undefined && (found.mode & 0o777) !== mode) chmodSync(path, mode)
  return undefined
}

/**
 * What is wrong with a folder of this user's; undefined where nothing is, or where there is none.
 *
 * @param {string} path
 * @returns {string | undefined} `expected ..., saw ...`
 */
export function notOwn(path) {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  const user = process.getuid?.()
  if (!found.isDirectory()) return 'expected a directory, saw something else'
  if (user === undefined) return undefined
  if (found.uid !== user) return `expected a directory of user ${user}, saw one of user ${found.uid}`
  // What others could have put into it is not ours to use. An empty one does no harm.
  if ((found.mode & othersMayWrite) === 0 || readdirSync(path).length === 0) return undefined
  const mode = (found.mode & 0o777).toString(8).padStart(4, '0')
  return `expected a directory that user ${user} alone may write to, saw mode ${mode}`
}

/**
 * Where built things are kept from run to run: FAULTPATH_CACHE, else /var/cache/faultpath for root, else
 * $XDG_CACHE_HOME/faultpath, else ~/.cache/faultpath. Made where it is missing.
 *
 * @returns {{ path: string, saidBy?: string, problem?: string }} `saidBy`: the variable that names it. `problem`: why it
 * cannot be used, `expected ..., saw ...`
 */
export function cacheFolder() {
  const { FAULTPATH_CACHE, XDG_CACHE_HOME } = process.env
  const named = FAULTPATH_CACHE ? { saidBy: 'FAULTPATH_CACHE' } : {}
  let path = ''
  try {
    const parent = process.getuid?.() === 0 ? '/var/cache' : XDG_CACHE_HOME || join(homedir(), '.cache')
    path = resolve(FAULTPATH_CACHE || join(parent, 'faultpath'))
    makeParents(path)
    const problem = ownFolder(path, 0o700)
    return { path, ...named, ...(problem === undefined ? {} : { problem }) }
  } catch (error) {
    return { path, ...named, problem: `expected a directory that can be made, saw ${codeOf(error) ?? error}` }
  }
}

/**
 * @param {unknown} error
 * @returns {string | undefined}
 */
function codeOf(error) {
  return /** @type {NodeJS.ErrnoException} */ (error).code
}
