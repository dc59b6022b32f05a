import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumClient } from '../../sandbox/clients/chromium.ts'
import { identify } from '../../sandbox/host/lifetime/process-identity.ts'
import { leavesNothing } from '../support/broken-sandbox.ts'
import { descendants, npmRun, processesOf, type Running, root, until } from '../support/command.ts'
import { patientShell } from '../support/patient-shell.ts'
import { addressOf, expectGone, goneWithinMs, runFolder, runnerOf } from '../support/run-folder.ts'

// Whatever dies, and however: within 2 s nothing of the run lives and its ports are closed; its folder is gone
// after the next start at the latest; and a sandbox that runs beside it does not notice.

const noBrowser = chromiumClient.missing()
const why = noBrowser === undefined ? '' : ` (skipped: ${noBrowser})`

/** Waits until the fault is being armed: the run says what it breaks right before. */
async function midway(command: Running): Promise<string> {
  const folder = await runFolder(command)
  await until('the fault', () => command.output().includes('  break  '))
  return folder
}

test.skipIf(process.platform !== 'linux')('Ctrl-C heals, leaves nothing, and ends with 130', async () => {
  const command = npmRun(['scenario', 'slow-query'])
  const folder = await midway(command)
  const address = addressOf(folder)
  // To npm alone, which passes it on to its own child and to no other process.
  process.kill(command.pid, 'SIGINT')
  const { code, stdout, stderr } = await command.done
  expect(code).toBe(130)
  expect(stderr).toContain('stopped before the end: everything healed and ended, no report\n')
  // What its clients saw of the end is no finding.
  expect(stdout).not.toMatch(/problem|report/)
  await until('the folder to go', () => !existsSync(folder), goneWithinMs)
  await expectGone(folder, address)
})

test.skipIf(process.platform !== 'linux')(
  'Ctrl-C ends a sandbox that still comes up, and that is no bug',
  async () => {
    const command = npmRun(['sandbox'])
    const folder = await runFolder(command)
    process.kill(runnerOf(folder), 'SIGINT')
    const { code, stderr } = await command.done
    expect(stderr).toMatch(/^sandbox \S+: everything stopped$/m)
    expect(stderr).not.toContain('a bug of ours')
    expect(code).toBe(130)
  },
)

/** Whether a process does anything still. */
const isLiving = (pid: number) => identify(pid) !== undefined

test.skipIf(process.platform !== 'linux')(
  'a sandbox whose npm was killed before it had booted ends at once',
  async () => {
    using shell = patientShell()
    const command = npmRun([`--script-shell=${shell.path}`, 'sandbox'])
    const pid = await until('the shell to wait', () => shell.pid)
    process.kill(command.pid, 'SIGKILL')
    await until('the shell to begin', () => shell.hasBegun())
    try {
      await until('the runner to end', () => !isLiving(pid) && descendants(pid).length === 0, 5_000)
    } finally {
      if (isLiving(pid)) process.kill(-command.pid, 'SIGTERM')
    }
    expect((await command.done).stdout).toBe('')
  },
)

test.skipIf(process.platform !== 'linux').each([
  ['something else', 'node start-all.js'],
  ['it, and went on', 'node sandbox/cli/main.mjs scenario --list &'],
])('what outlives npm on purpose runs: npm was to run %s', async (_, script) => {
  const folder = mkdtempSync(join(tmpdir(), 'faultpath-outlives-'))
  const output = join(folder, 'output')
  const words = ['sandbox/cli/main.mjs', 'scenario', '--list']
  spawnSync('sh', ['-c', '"$@" >"$0" &', output, 'node', ...words], {
    cwd: root,
    env: {
      ...process.env,
      PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
      npm_lifecycle_event: 'start',
      npm_lifecycle_script: script,
      npm_config_user_agent: 'npm/11.0.0 node/v24.0.0 linux x64',
    },
  })
  await until('the list', () => readFileSync(output, 'utf8').includes('dns-failure'))
  rmSync(folder, { recursive: true })
})

test.skipIf(process.platform !== 'linux').each(['SIGKILL', 'SIGINT'] as const)(
  'ends a sandbox whose Postgres stands still by %s, and leaves nothing',
  (signal) => leavesNothing({ fault: 'database.frozen', signal }),
)

describe.skipIf(process.platform !== 'linux')('after kill -9', () => {
  let bystander: Running
  let bystanderAddress: string
  const status = async () => {
    const { code, stdout } = await npmRun(['sandbox', 'status', '--', `--sandbox=${bystanderAddress}`]).done
    return `${code} ${stdout.trim()}`
  }

  beforeAll(async () => {
    bystander = npmRun(['sandbox'])
    bystanderAddress = await until(
      'the bystander to be up',
      () => /sandbox (\S+) is up and healthy/.exec(bystander.output())?.[1],
    )
  })
  afterAll(async () => {
    const folder = await runFolder(bystander)
    process.kill(-bystander.pid, 'SIGINT')
    await bystander.done
    await until('its processes to end', () => processesOf(basename(folder)).length === 0, goneWithinMs)
  })

  // What it is in the middle of, `npm run stress` varies.
  const scenarios = ['dns-failure', 'dropped-packets', 'slow-query']
  const blocked = ['test/fixtures/api-blocked.ts', 'test/fixtures/api-stopped.ts']

  test.each([...scenarios, ...blocked])(
    'of the runner in the middle of %s, nothing is left',
    async (scenario) => {
      const command = npmRun(['scenario', scenario])
      const folder = await midway(command)
      const address = addressOf(folder)
      process.kill(runnerOf(folder), 'SIGKILL')
      await expectGone(folder, address)
      await command.done
      expect(await status()).toMatch(/^0 sandbox .*: healthy/)
    },
  )

  test.skipIf(noBrowser !== undefined)(
    `of the runner in the middle of a browser's call, nothing is left${why}`,
    async () => {
      const command = npmRun(['scenario', 'csp-blocked'])
      const folder = await midway(command)
      const address = addressOf(folder)
      const browser = processesOf(basename(folder)).filter((pid) =>
        readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('--user-data-dir='),
      )
      // Itself, its zygotes, GPU and network service, and the page.
      expect(browser.length).toBeGreaterThan(3)
      process.kill(runnerOf(folder), 'SIGKILL')
      await expectGone(folder, address)
      await command.done
    },
  )

  test.each(['dns-failure', ...blocked])('of npm in the middle of %s, nothing is left', async (scenario) => {
    const command = npmRun(['scenario', scenario])
    const folder = await midway(command)
    const address = addressOf(folder)
    process.kill(command.pid, 'SIGKILL')
    await expectGone(folder, address)
    expect(await status()).toMatch(/^0 sandbox .*: healthy/)
  })
})
