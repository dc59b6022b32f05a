import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chromiumClient } from '../../sandbox/clients/chromium.ts'
import { sweep } from '../../sandbox/host/lifetime/sweep.ts'
import { canSeal } from '../support/can-seal.ts'
import { commandLine, descendants, npmRun, processesOf, root, until } from '../support/command.ts'
import { runFolder } from '../support/run-folder.ts'

// Places and moments that are no one's fault: a narrow umask, little or no memory, a cache that was cut short, a
// watchdog that cannot live. What is shared by all runs stays as it was.

const scratch = mkdtempSync(join(tmpdir(), 'faultpath-places-'))
const cache = join(scratch, 'cache')
const environment = { FAULTPATH_CACHE: cache }

/** The one template in the cache: its folder, and when that was made. */
function template(): { readonly path: string; readonly madeMs: number } {
  const [name = ''] = readdirSync(cache).filter((each) => each.startsWith('postgres-'))
  const path = join(cache, name)
  return { path, madeMs: statSync(path).birthtimeMs }
}

beforeAll(async () => {
  expect(await npmRun(['scenario', 'dns-failure'], environment).done).toMatchObject({ code: 0 })
})

afterAll(() => rmSync(scratch, { recursive: true, force: true }))

test.each(['027', '077', '000'])('umask %s changes nothing', (umask) => {
  const before = template()
  const ids = [
    'dns-failure',
    'slow-query',
    ...(chromiumClient.missing() === undefined ? ['cors-blocked'] : []),
  ]
  const { status, stdout, stderr } = spawnSync(
    'sh',
    ['-c', `umask ${umask}; exec "$@"`, 'sh', 'npm', 'run', '-s', 'scenario', ...ids],
    { cwd: root, encoding: 'utf8', env: { ...process.env, ...environment } },
  )
  expect(stdout).toContain(`${ids.length} scenarios: ${ids.length} pass`)
  expect(stderr).toBe('')
  expect(status).toBe(0)
  expect(template()).toEqual(before)
})

test.each(['cluster.tar', 'cluster.json'])(
  'a template whose %s was cut short is built anew, and a whole one is not',
  async (name) => {
    const before = template()
    const file = join(before.path, name)
    truncateSync(file, Math.floor(statSync(file).size / 2))
    const run = () => npmRun(['scenario', 'dns-failure'], environment).done
    const building = expect.stringContaining('database: building the Postgres cache, once')
    expect(await run()).toMatchObject({ code: 0, stderr: building })
    const after = template()
    expect(after.madeMs).toBeGreaterThan(before.madeMs)
    expect(readdirSync(cache).filter((each) => each.includes('.aside-'))).toEqual([])
    expect(await run()).toMatchObject({ code: 0, stderr: '' })
    expect(template()).toEqual(after)
  },
)

/** Runs shell lines where /dev/shm has so much room. `$1` is a folder to write to. */
function withMemory(size: string, lines: readonly string[], more: Record<string, string> = {}) {
  const folder = mkdtempSync(join(scratch, 'memory-'))
  const script = [`mount -t tmpfs -o size=${size} tmpfs /dev/shm`, ...lines].join('\n')
  const inside = ['--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', folder]
  const { stdout, stderr } = spawnSync('unshare', inside, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...environment, ...more },
    timeout: 60_000,
    killSignal: 'SIGKILL',
  })
  return { stdout, stderr, folder }
}

test.skipIf(!canSeal)(
  'where memory is full the real error is said, and healing works when it is not (skipped without user namespaces)',
  () => {
    const { stdout } = withMemory('300m', [
      'verb() { npm run -s sandbox "$@" 2>&1 | tr "\\n" " "; echo; }',
      'npm run -s sandbox >"$1/sandbox" 2>&1 &',
      'npm=$!',
      'until grep -q "is up and healthy" "$1/sandbox"; do sleep 0.1; done',
      'dd if=/dev/zero of=/dev/shm/filler bs=4k 2>/dev/null',
      'verb break database.slowQuery; verb status; verb heal',
      'rm /dev/shm/filler',
      'verb break database.slowQuery; verb heal',
      'kill -INT $npm; wait $npm',
    ])
    const [refused, status, nothing, broken, healed] = stdout.split('\n')
    expect(refused).toMatch(
      /^sandbox \S+ \(pid \d+\): database: slow-table could not be armed: .*No space left on device/,
    )
    expect(status).toContain('healthy, nothing is broken')
    expect(nothing).toContain('healthy, nothing was broken')
    expect(broken).toContain('broken by database.slowQuery')
    expect(healed).toContain('database.slowQuery is healed')
  },
)

test.skipIf(!canSeal)(
  'where memory is small a run is among the temporary files, and leaves nothing there (skipped without user namespaces)',
  async () => {
    const temporary = join(scratch, 'temporary')
    mkdirSync(temporary)
    const lines = ['npm run -s scenario slow-query -- --client=fetch; echo "ended with $?"; ls -A /dev/shm']
    const { stdout } = withMemory('64m', lines, { TMPDIR: temporary })
    expect(stdout).toContain('  PASS ')
    expect(stdout.endsWith('\nended with 0\n')).toBe(true)
    const left = () => readdirSync(temporary).filter((name) => name.startsWith('faultpath-'))
    await until('its folder to go', () => left().length === 0)
  },
)

test.skipIf(process.platform !== 'linux')('a run whose watchdog cannot live ends, and says so', async () => {
  const sandbox = npmRun(['sandbox'], environment)
  await until('the sandbox to be up', () => sandbox.output().includes('is up and healthy'))
  const folder = await runFolder(sandbox)
  const killing = setInterval(() => {
    for (const pid of descendants(sandbox.pid)) {
      if (commandLine(pid)[1]?.endsWith('/watchdog.sh')) process.kill(pid, 'SIGKILL')
    }
  }, 20)
  const { code, stderr } = await sandbox.done
  clearInterval(killing)
  expect(stderr).toMatch(/^the watchdog: died \(SIGKILL\)\. Start the sandbox again\.$/m)
  expect(code).toBe(3)
  expect(processesOf(basename(folder))).toEqual([])
  await sweep()
  expect(existsSync(folder)).toBe(false)
})
