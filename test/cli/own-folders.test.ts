import {
  chmodSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { canSeal } from '../support/can-seal.ts'
import { directCommand as command } from '../support/direct-command.ts'

// What a run executes and trusts lies in folders, which are looked at before anything in them is used. One that will
// not do is answered with one line, and nothing spins.

const scratch = mkdtempSync(join(tmpdir(), 'faultpath-folders-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const onLinux = process.platform === 'linux'
const asRoot = process.getuid?.() === 0
// In a user namespace root has only itself to give files to.
const mayGiveAway = asRoot && /^\s*0\s+0\s+4294967295$/m.test(readFileSync('/proc/self/uid_map', 'latin1'))

const list = ['scenario', '--list']
const run = ['scenario', 'dns-failure', '--client=fetch']

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

test.skipIf(!onLinux)('a cache that cannot be made is refused in one line', () => {
  const file = join(scratch, 'file')
  writeFileSync(file, '')
  for (const [path, why] of [
    // Below /proc the kernel says that a folder is not there whose parent is.
    ['/proc/nope', 'expected a directory that can be made, saw ENOENT'],
    [join(file, 'below'), 'expected a directory that can be made, saw ENOTDIR'],
    [file, 'expected a directory, saw something else'],
  ] as const) {
    expect(command(run, { FAULTPATH_CACHE: path })).toEqual({
      code: 2,
      stderr: `FAULTPATH_CACHE=${path}: ${why}. Name another folder\n`,
      stdout: '',
    })
  }
})

test.skipIf(!canSeal)(
  'a missing folder for temporary files is refused in one line, where there is little memory for them (skipped without user namespaces)',
  () => {
    const smallMemory = 'mount -t tmpfs -o size=64m tmpfs /dev/shm && exec "$@"'
    const inside = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', smallMemory, 'sh']
    const missing = join(scratch, 'missing')
    const environment = { TMPDIR: missing, FAULTPATH_CACHE: join(scratch, 'cache-small') }
    expect(command(run, environment, inside)).toEqual({
      code: 2,
      stderr: `TMPDIR=${missing}: expected a directory that can be written to, saw none. Name another folder for temporary files: TMPDIR=<folder>\n`,
      stdout: '',
    })
  },
)

test('the cache is closed to others, whatever the umask, and one that others wrote to is not used', () => {
  const cache = join(scratch, 'cache')
  const environment = { FAULTPATH_CACHE: cache }
  expect(command(list, environment, ['sh', '-c', 'umask 000; exec "$@"', 'sh'])).toMatchObject({ code: 0 })
  expect(modeOf(cache)).toBe('700')
  expect(readdirSync(cache)).toEqual(['compile'])

  chmodSync(cache, 0o770)
  expect(command(run, environment)).toEqual({
    code: 2,
    stderr: `FAULTPATH_CACHE=${cache}: expected a directory that user ${process.getuid?.()} alone may write to, saw mode 0770. Name another folder\n`,
    stdout: '',
  })
  expect(modeOf(cache)).toBe('770')

  // Nothing lies in it that others could have put there.
  const empty = join(scratch, 'empty')
  mkdirSync(empty)
  chmodSync(empty, 0o777)
  expect(command(list, { FAULTPATH_CACHE: empty })).toMatchObject({ code: 0 })
  expect(modeOf(empty)).toBe('700')
})

/** Every file below, and when it was last read. */
function lastReads(folder: string): Readonly<Record<string, number>> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))
  const files = paths.filter((path) => statSync(path).isFile())
  return Object.fromEntries(files.map((path) => [path, statSync(path).atimeMs]))
}

test.skipIf(!mayGiveAway)(
  'root runs nothing of what another user compiled (skipped unless root, outside a user namespace)',
  () => {
    const cache = join(scratch, 'cache-theirs')
    const environment = { FAULTPATH_CACHE: cache }
    command(list, environment)
    for (const path of Object.keys(lastReads(cache))) utimesSync(path, new Date(0), new Date())
    const unread = lastReads(cache)
    expect(Object.keys(unread).length).toBeGreaterThan(20)
    lchownSync(cache, 65534, 65534)

    expect(command(run, environment)).toEqual({
      code: 2,
      stderr: `FAULTPATH_CACHE=${cache}: expected a directory of user 0, saw one of user 65534. Name another folder\n`,
      stdout: '',
    })
    expect(command(list, environment)).toMatchObject({ code: 0, stderr: '' })
    expect(lastReads(cache)).toEqual(unread)

    lchownSync(cache, 0, 0)
    command(list, environment)
    // What is read is seen here, so that what was not seen before proves something.
    expect(lastReads(cache)).not.toEqual(unread)
  },
)
