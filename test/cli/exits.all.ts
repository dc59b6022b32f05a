import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { canSeal } from '../support/can-seal.ts'
import { commandLine, descendants, npmRun, root, until } from '../support/command.ts'
import { directCommand } from '../support/direct-command.ts'
import { asOther, canBeOther } from '../support/other-user.ts'
import { expectRefused, fileWith } from '../support/scenario-with.ts'

// The slow ones of what ends with 2 or 3 and one line: loops without end, clients that are killed, places with no room.

const scratch = mkdtempSync(join(tmpdir(), 'faultpath-exits-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const onLinux = process.platform === 'linux'
const run = ['scenario', 'dns-failure', '--client=fetch', '--world=portable']

test.each([
  [
    "setTimeout(() => { throw new Error('late') }, 5)",
    '2:26: expected a file that runs to its end, saw it throw Error: late',
  ],
  [
    "Promise.reject(new Error('alone'))",
    '2:16: expected a file that runs to its end, saw it throw Error: alone',
  ],
  [
    'process.nextTick(() => { throw 1 }); queueMicrotask(() => { throw null })',
    ' expected a file that runs to its end, saw it throw null',
  ],
  [
    "process.on('exit', () => process.exit(0)); process.exit(0)",
    '2:52: expected a file that leaves the end of the process to the runner',
  ],
  [
    'delete (globalThis as any).process',
    '2:28: expected a file that leaves what is global as it is, saw it change process',
  ],
])('%s: 2 and one line, with its place', expectRefused)

test('a file that never lets the run go on ends it with 2 and its place, wherever it does so', async () => {
  const busy = (place: string) =>
    `${place}: expected a file that lets the run go on, saw it busy for 10 s. Look for a loop here that does not end`
  const files = [
    ['top', 'for (;;) {}', busy('2:1')],
    ['later', 'setTimeout(() => { for (;;) {} }, 5)', busy('2:20')],
    ['promises', 'const again = () => Promise.resolve().then(again); again()', 'saw it busy for 10 s'],
    ['behind-await', 'await 0; for (;;) {}', busy('2:10')],
    [
      'never',
      'await new Promise(() => {})',
      '2:1: expected a file that is read at once, saw it still wait after 10 s',
    ],
  ] as const
  const ended = await Promise.all(
    files.map(async ([name, statement]) => {
      const file = fileWith(name, statement)
      return await npmRun(['scenario', file, '--', '--world=portable']).done
    }),
  )
  for (const [index, { code, stderr, stdout }] of ended.entries()) {
    expect(stderr).toContain(files[index]![2])
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  }
})

test('a file with code that ends is run like any other', () => {
  const file = fileWith('ends', 'for (let count = 0; count < 3; count += 1) await count')
  const { code, stderr, stdout } = directCommand(['scenario', file, '--client=fetch', '--world=portable'])
  expect(stdout).toContain('  PASS ')
  expect(stderr).toBe('')
  expect(code).toBe(0)
})

test.skipIf(!canSeal).each([
  ['fetch', /node\/main\.ts/],
  ['python', /python\/main\.py/],
  ['curl', /(^|\/)curl$/],
] as const)(
  '%s killed while it calls: 3, and no bug of ours (skipped without user namespaces)',
  async (client, words) => {
    const command = npmRun(['scenario', 'slow-query', '--', `--client=${client}`, '--world=sealed'])
    const isOne = (pid: number) =>
      commandLine(pid)
        .slice(0, 7)
        .some((word) => words.test(word))
    // The broken call takes a second: one that is seen twice, so long after another, is in it.
    let [seen, sinceMs] = [0, 0]
    const calling = await until('the client to call', () => {
      const pid = descendants(command.pid).find((each) => each === seen && isOne(each))
      if (pid !== undefined && performance.now() - sinceMs > 300) return pid
      if (pid === undefined) [seen, sinceMs] = [descendants(command.pid).find(isOne) ?? 0, performance.now()]
      return undefined
    })
    process.kill(calling, 'SIGKILL')
    const { code, stdout } = await command.done
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      / problem client: .+ended \(SIGKILL\) before it reported\. It said: nothing/,
    )
    expect(code).toBe(3)
  },
)

/** Where memory has no room, and the folder for temporary files has so much. */
function withTemporary(options: string, lines: readonly string[] = []) {
  const folder = mkdtempSync(join(scratch, 'temporary-'))
  const script = [
    'mount -t tmpfs -o size=64m tmpfs /dev/shm',
    `mount -t tmpfs -o ${options} tmpfs "$TMPDIR"`,
    ...lines,
  ]
  const inside = [
    'unshare',
    '--user',
    '--map-root-user',
    '--mount',
    'sh',
    '-c',
    [...script, 'exec "$@"'].join('\n'),
    'sh',
  ]
  return directCommand(run, { TMPDIR: folder }, inside)
}

test.skipIf(!canSeal).each(['size=4m', 'size=40k', 'nr_inodes=5', 'nr_inodes=3'])(
  'temporary files have no room (%s): 3, and no bug of ours (skipped without user namespaces)',
  (options) => {
    const { code, stderr, stdout } = withTemporary(options)
    expect(`${stdout}${stderr}`).not.toContain('a bug of ours')
    expect(`${stdout}${stderr}`).toMatch(/ENOSPC|did not start|failed/)
    expect([2, 3]).toContain(code)
  },
)

test.skipIf(!canSeal)(
  'a folder of the same name that is not its own, in memory, is passed by (skipped without user namespaces)',
  () => {
    const inMemory = ['umount /dev/shm', 'mount -t tmpfs tmpfs /dev/shm']
    const user = process.getuid?.()
    for (const taken of ['echo >', 'mkdir -m 777', 'ln -s /nonexistent']) {
      const other = `${taken} /dev/shm/faultpath-0; touch /dev/shm/faultpath-0/x 2>/dev/null; true`
      const { code, stdout } = withTemporary('size=300m', [...inMemory, other])
      expect([taken, user, code, stdout]).toEqual([taken, user, 0, expect.stringContaining('  PASS ')])
    }
  },
)

test.skipIf(!canBeOther)(
  'ulimit -u 60: the limit is named before anything starts (skipped unless root, which itself has none)',
  () => {
    const limited = (most: number) =>
      directCommand(run, { FAULTPATH_CACHE: join(scratch, 'closed') }, [
        'prlimit',
        `--nproc=${most}`,
        ...asOther,
      ])
    expect(limited(60)).toEqual({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(
        /^ulimit -u: expected a limit of \d{3} processes and threads \(\d+ are there already\) at least, saw 60\. Raise it: ulimit -u \d{3}\n$/,
      ),
    })
    // With room it comes as far as the cache, which is another user's.
    expect(limited(5_000).stderr).toMatch(/^FAULTPATH_CACHE=/)
  },
)

test.skipIf(!onLinux)('a checkout works under any name that Node and npm can be started in', () => {
  for (const name of ["a $b'c", 'a"b%c#d?e', 'a\nb*', '-x (y)']) {
    const place = join(scratch, name)
    mkdirSync(place)
    for (const part of ['sandbox', 'scenarios', 'package.json', 'tsconfig.json'])
      cpSync(join(root, part), join(place, part), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'))
    const words = ['run', '-s', 'scenario', 'dns-failure', '--', '--client=fetch,curl']
    const { status, stderr, stdout } = spawnSync('npm', words, { cwd: place, encoding: 'utf8' })
    expect([name, stderr, status]).toEqual([name, '', 0])
    expect(stdout).toContain('  PASS ')
  }
})

test.skipIf(!onLinux)(
  'a fault for an API that stands still: 3, and it can be armed as soon as the API goes on',
  async () => {
    const sandbox = npmRun(['sandbox'])
    await until('the sandbox to be up', () => sandbox.output().includes('is up and healthy'))
    const [, address = ''] = /sandbox (\S+) is up/.exec(sandbox.output()) ?? []
    const api = descendants(sandbox.pid).find((pid) =>
      commandLine(pid).some((word) => word.endsWith('api/process/main.ts')),
    )!
    const arm = async () =>
      await npmRun(['sandbox', '--', 'break', 'backend.throws', `--sandbox=${address}`]).done
    process.kill(api, 'SIGSTOP')
    expect(await arm()).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(
        /^sandbox \S+ \(pid \d+\): API: cannot be armed: API: its process did not acknowledge within 5000 ms.*\n$/,
      ),
    })
    process.kill(api, 'SIGCONT')
    expect(await arm()).toMatchObject({ code: 0 })
    process.kill(-sandbox.pid, 'SIGINT')
    expect(await sandbox.done).toMatchObject({ code: 130 })
  },
)
