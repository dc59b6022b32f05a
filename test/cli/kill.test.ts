import { existsSync, readFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumClient } from '../../sandbox/clients/chromium.ts'
import { ownerLives } from '../../sandbox/host/lifetime/run-directory.ts'
import { liveRuns, sweep } from '../../sandbox/host/lifetime/sweep.ts'
import { descendants, npmRun, processesOf, type Running, until } from '../support/command.ts'

// Whatever dies, and however: within 2 s nothing of the run lives and its ports are closed; its folder is gone
// after the next start at the latest; and a sandbox that runs beside it does not notice.

const goneWithinMs = 2_000

const noBrowser = chromiumClient.missing()
const why = noBrowser === undefined ? '' : ` (skipped: ${noBrowser})`

/** The run folder of a started command, once it has one. */
async function runFolder(command: Running): Promise<string> {
  return await until(`a run folder (so far it said: ${command.output()})`, () => {
    const mine = new Set(descendants(command.pid).map(String))
    return liveRuns().find((folder) => mine.has(basename(folder).split('-')[0] ?? ''))
  })
}

/** Waits until the fault is being armed: the run says what it breaks right before. */
async function midway(command: Running): Promise<string> {
  const folder = await runFolder(command)
  await until('the fault', () => command.output().includes('  break  '))
  return folder
}

function refuses(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: address, port })
    socket.once('connect', () => resolve(false)).once('error', () => resolve(true))
    socket.once('connect', () => socket.destroy())
  })
}

/** The address that a run has for itself, as its Postgres wrote it down (postmaster.pid, line 6). */
function addressOf(folder: string): string {
  return (
    readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8')
      .split('\n')[5]
      ?.trim() ?? ''
  )
}

async function expectGone(folder: string, address: string): Promise<void> {
  const run = basename(folder)
  const since = performance.now()
  await until(`processes of ${run} to end`, () => !ownerLives(run) && processesOf(run).length === 0, 10_000)
  expect(performance.now() - since).toBeLessThan(goneWithinMs)
  for (const port of [8440, 5300, 15432]) expect(await refuses(address, port)).toBe(true)
  await sweep()
  expect(existsSync(folder)).toBe(false)
}

test.skipIf(process.platform !== 'linux')('Ctrl-C heals, leaves nothing, and ends with 130', async () => {
  const command = npmRun(['scenario', 'slow-query'])
  const folder = await midway(command)
  const address = addressOf(folder)
  process.kill(Number(basename(folder).split('-')[0]), 'SIGINT')
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
    process.kill(Number(basename(folder).split('-')[0]), 'SIGINT')
    const { code, stderr } = await command.done
    expect(stderr).toMatch(/^sandbox \S+: everything stopped$/m)
    expect(stderr).not.toContain('a bug of ours')
    expect(code).toBe(130)
  },
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

  const scenarios = ['dns-failure', 'dropped-packets', 'expired-cert', 'server-error', 'slow-query']
  const blocked = ['test/fixtures/api-blocked.ts', 'test/fixtures/api-stopped.ts']

  test.each([...scenarios, ...blocked])(
    'of the runner in the middle of %s, nothing is left',
    async (scenario) => {
      const command = npmRun(['scenario', scenario])
      const folder = await midway(command)
      const address = addressOf(folder)
      process.kill(Number(basename(folder).split('-')[0]), 'SIGKILL')
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
      process.kill(Number(basename(folder).split('-')[0]), 'SIGKILL')
      await expectGone(folder, address)
      await command.done
    },
  )

  test.each([...scenarios, ...blocked])('of npm in the middle of %s, nothing is left', async (scenario) => {
    const command = npmRun(['scenario', scenario])
    const folder = await midway(command)
    const address = addressOf(folder)
    process.kill(command.pid, 'SIGKILL')
    await expectGone(folder, address)
    expect(await status()).toMatch(/^0 sandbox .*: healthy/)
  })
})
