import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { cacheDirectory } from '../../sandbox/host/lifetime/cache.ts'
import { identify } from '../../sandbox/host/lifetime/process-identity.ts'
import { npmRun, postgresBelow, type Running, until } from '../support/command.ts'
import { segments, segmentsAndMakers } from '../support/run-folder.ts'

// Each way in which a run can be worth nothing ends in an exit code of its own. What the code would be without
// the check stands in the name of the neighbouring test: 0.

const scratch = mkdtempSync(join(tmpdir(), 'faultpath-sabotage-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

async function scenario(...words: string[]) {
  return await npmRun(['scenario', ...words]).done
}

test('a promise that is kept: 0', async () => {
  const { code, stdout } = await scenario('dns-failure')
  expect(stdout).toContain('PASS')
  expect(code).toBe(0)
})

test('a fault that does nothing: 4, whatever else was run', async () => {
  const { code, stdout } = await scenario('test/fixtures/wrong-promise.ts', 'test/fixtures/never-fires.ts')
  expect(stdout).toContain('the fault never fired for fetch: 2 questions')
  expect(stdout).toContain('fetch expected code "ECONNREFUSED"')
  expect(code).toBe(4)
})

test('a wrong promise: 1, with expected and seen', async () => {
  const { code, stdout } = await scenario('test/fixtures/wrong-promise.ts')
  expect(stdout).toMatch(/fetch expected code "ECONNREFUSED", saw\s+"ENOTFOUND"/)
  expect(code).toBe(1)
})

test('a fault that stays armed: 4', async () => {
  const { code, stdout } = await scenario('test/fixtures/api-blocked.ts')
  expect(stdout).toContain('the fault was left behind')
  expect(code).toBe(4)
})

test('an internal throw: 70', async () => {
  const { code, stdout } = await scenario('test/fixtures/bug-of-ours.ts')
  expect(stdout).toContain('a bug of ours')
  expect(code).toBe(70)
})

test.skipIf(process.platform !== 'linux')('Postgres killed under the run: 3', async () => {
  const run = npmRun(['scenario', 'slow-query'])
  process.kill(await postgresBelow(run.pid), 'SIGKILL')
  const { code, stdout, stderr } = await run.done
  expect(stdout + stderr).toMatch(/Postgres: died/)
  expect(code).toBe(3)
})

/** The templates of Postgres in the cache: when each was made, by name. */
function templates(): Readonly<Record<string, number>> {
  const cache = cacheDirectory()
  const names = readdirSync(cache).filter((name) => /^postgres-[\w.-]+$/.test(name))
  return Object.fromEntries(names.map((name) => [name, statSync(join(cache, name)).birthtimeMs]))
}

/** Ends the Postgres of a command as soon as it has made its shared memory. @returns which memory that was. */
async function killEarly({ pid }: Running): Promise<string> {
  const isBelow = (process: number): boolean => {
    const parent = identify(process)?.parent ?? 0
    return parent === pid || (parent > 1 && isBelow(parent))
  }
  for (;;) {
    const made = segmentsAndMakers().find(({ maker }) => isBelow(maker))
    if (made !== undefined) {
      process.kill(made.maker, 'SIGKILL')
      return made.id
    }
    await nextTurn()
  }
}

test.skipIf(process.platform !== 'linux')(
  'Postgres killed before it is ready: 3, its memory is freed, and its template stays',
  async () => {
    // The runs before have built it.
    const before = templates()
    expect(before).not.toEqual({})
    let said = ''
    // It may become ready in the moment that this takes: then it has died later.
    for (let attempt = 1; attempt <= 5 && !said.includes('did not start'); attempt += 1) {
      const run = npmRun(['scenario', 'dns-failure', '--', '--client=fetch'])
      const segment = await killEarly(run)
      const { code, stdout } = await run.done
      expect(code).toBe(3)
      expect(segments()).not.toContain(segment)
      expect(templates()).toMatchObject(before)
      said = stdout.replaceAll(/\s+/g, ' ')
    }
    expect(said).toMatch(
      /problem a part did not come up: database: Postgres did not start on 127\.0\.1\.\d+:\d+ \(SIGKILL\)/,
    )
  },
)

test.skipIf(process.platform !== 'linux')(
  'Postgres killed under a sandbox: 3, and what to do next',
  async () => {
    const sandbox = npmRun(['sandbox'])
    await until('the sandbox to be up', () => sandbox.output().includes('is up and healthy'))
    process.kill(await postgresBelow(sandbox.pid), 'SIGKILL')
    const { code, stderr } = await sandbox.done
    expect(stderr).toMatch(/^Postgres: died \(.+\)\. Start the sandbox again\.$/ms)
    expect(code).toBe(3)
  },
)

test.each([
  [['no-such-scenario'], /^scenario no-such-scenario: expected the id of a scenario, saw none of this name/],
  [['dns-failur'], /Did you mean "dns-failure"\?/],
  [['test/fixtures/absent.ts'], /expected a file or a folder, saw none at \//],
  [['README.md'], /expected a scenario file, \*\.ts, saw README\.md/],
  [['scenarios'], /expected scenario files, \*\.ts, right in this folder, saw none/],
  [
    ['--', '--all', '--step=nowhere'],
    /^npm run scenario: --step: expected a step, saw "nowhere"\. Steps: request, /,
  ],
  [
    ['--', '--lst'],
    /^npm run scenario: expected a flag that it has, saw --lst\. Did you mean "--list"\? All flags: npm run scenario -- --help$/,
  ],
  // npm keeps it for itself, and says nothing.
  [['--reprot=json'], /: expected a flag that it has, saw --reprot\. Did you mean "--report"\? All flags: /],
  [['--', '-x'], /: expected a flag that it has, saw -x\. All flags: /],
  [['--', '--list=dns'], /: --list: expected no value behind it, saw "dns"$/],
  [['--', '--all', '--step'], /: --step: expected a value behind it, saw none\. Write it as --step=<value>$/],
  [
    ['--', '--step', '--all'],
    /: --step: expected a value behind it, saw --all\. Write it as --step=<value>$/,
  ],
  [['dns-failure', '--', '--client=curl', '--client=https'], /: --client: expected it once, saw it twice$/],
  [
    ['dns-failure', '--', '--table=worlds', '--world=sealed'],
    /: --world: expected none beside --table=worlds, which runs in both, saw sealed$/,
  ],
  [['--', '--report=xml'], /--report: expected json, saw "xml"/],
  [['--', '--report=json'], /--report: expected scenarios to run with it, saw none/],
  [
    ['--', '--step=dns', '--world=nonsense'],
    /^npm run scenario: --world: expected sealed or portable, saw "nonsense"/,
  ],
  [['--', '--jobs=0'], /--jobs: expected a whole number from 1 to 16/],
  [
    ['dns-failure', '--', '--client=fetsh'],
    /: --client: expected a client, saw "fetsh"\. Did you mean "fetch"\? Clients: /,
  ],
  [['dns-failure', '--', '--step=tls'], /--step: expected no scenarios beside it, saw dns-failure/],
  [['dns-failure', '--', '--all'], /--all: expected no scenarios beside it, saw dns-failure/],
  [['dns-failure', '--', '--database-url=nonsense'], /database url: expected postgres:/],
  [
    ['dns-failure', '--', '--database-url=postgres://a:%ff@127.0.0.1/'],
    /database url: password: expected UTF-8, percent-encoded/,
  ],
])('wrong usage %j: 2, before anything starts', async (words, message) => {
  // A cache that is not there shows whether anything was started: the first thing would be to build it.
  const cache = join(scratch, 'cache')
  const { code, stdout, stderr } = await npmRun(['scenario', ...words], { FAULTPATH_CACHE: cache }).done
  expect(stderr.trim()).toMatch(message)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stdout).toBe('')
  const made = existsSync(cache) ? readdirSync(cache).filter((name) => name !== 'compile') : []
  expect(made).toEqual([])
  expect(code).toBe(2)
})

test('a scenario file that is not valid: 2, with its line', async () => {
  const { code, stderr } = await scenario('test/fixtures/own-fault.ts')
  expect(stderr).toMatch(/^test\/fixtures\/own-fault\.ts:1:1: expected `export default scenario/)
  expect(code).toBe(2)
})
