import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { afterEach, expect, test, vi } from 'vitest'
import { leasePort } from '../../sandbox/host/ground/address.ts'
import { identify } from '../../sandbox/host/lifetime/process-identity.ts'
import { RunDirectory } from '../../sandbox/host/lifetime/run-directory.ts'
import { Watchdog } from '../../sandbox/host/lifetime/watchdog.ts'
import type { DatabaseTarget } from '../../sandbox/machines/database/database.ts'
import { commandLine, until } from '../support/command.ts'
import { patientShell } from '../support/patient-shell.ts'

interface Started {
  readonly id: string
  readonly path: string
  readonly address: string
  readonly port: number
  readonly target: DatabaseTarget
  readonly pids: readonly number[]
  readonly postgres: number
}

const runnerFile = fileURLToPath(new URL('../support/sandbox-runner.ts', import.meta.url))
const onLinux = process.platform === 'linux'

const runners: ChildProcess[] = []

// Only a test that failed has left one.
afterEach(() => {
  for (const runner of runners.splice(0)) runner.kill('SIGKILL')
})

async function startRunner(part: string): Promise<{ runner: ChildProcess; started: Started }> {
  const runner = spawn(process.execPath, [runnerFile, part], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  runners.push(runner)
  const [line] = await once(createInterface(runner.stdout!), 'line')
  return { runner, started: JSON.parse(line) as Started }
}

/** Every process that works in the run's directory or carries its mark, as the kernel tells it. */
function processesOf({ id, path }: Pick<Started, 'id' | 'path'>): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      const marks = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')
      return marks.includes(`FAULTPATH_RUN=${id}`) || readlinkSync(`/proc/${pid}/cwd`).startsWith(`${path}/`)
    } catch {
      return false
    }
  })
}

async function nothingIsLeft(started: Started): Promise<void> {
  await vi.waitFor(
    () => {
      expect(processesOf(started)).toEqual([])
      expect(started.pids.filter((pid) => identify(pid) !== undefined)).toEqual([])
      expect(existsSync(started.path)).toBe(false)
    },
    { timeout: 2_000, interval: 20 },
  )
  // Its port is free, unless another sandbox has taken the address over meanwhile.
  const isFree =
    (await canListen(started.address, started.port)) || !(await canListen(started.address, leasePort))
  expect(isFree).toBe(true)
}

function canListen(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false))
    server.listen(port, address, () => server.close(() => resolve(true)))
  })
}

async function countUsers(target: DatabaseTarget): Promise<number> {
  const client = new Client({ ...target })
  await client.connect()
  const { rowCount } = await client.query('SELECT FROM users')
  await client.end()
  return rowCount ?? 0
}

const stopAll = (started: Started) => {
  for (const pid of processesOf(started)) process.kill(Number(pid), 'SIGSTOP')
}

/** The watchdog of a run: the process that was told the run's id, and nothing of the run itself. */
function watchdogOf({ id }: Pick<Started, 'id'>): number | undefined {
  const isWatchdog = (pid: string) => {
    const [, script = '', run] = commandLine(Number(pid))
    return script.endsWith('/watchdog.sh') && run === id
  }
  return readdirSync('/proc').filter(Number).map(String).filter(isWatchdog).map(Number)[0]
}

const killWatchdog = async (started: Started) => {
  const killed = watchdogOf(started)!
  process.kill(killed, 'SIGKILL')
  await until('another watchdog', () => ![undefined, killed].includes(watchdogOf(started)))
}

test.skipIf(!onLinux).each([
  { death: 'kill -9', before: () => {}, kill: (pid: number) => process.kill(pid, 'SIGKILL') },
  { death: 'Ctrl-C', before: () => {}, kill: (pid: number) => process.kill(-pid, 'SIGINT') },
  {
    death: 'kill -9 while all is stopped',
    before: stopAll,
    kill: (pid: number) => process.kill(pid, 'SIGKILL'),
  },
  {
    death: 'kill -9 of its watchdog, and then of its runner',
    before: killWatchdog,
    kill: (pid: number) => process.kill(pid, 'SIGKILL'),
  },
])('leaves nothing of a run after $death, and leaves other runs alone', async ({ before, kill }) => {
  const [victim, other] = await Promise.all([startRunner('postgres'), startRunner('postgres')])
  expect(processesOf(victim.started).length).toBeGreaterThan(3)
  expect(other.started.address).not.toBe(victim.started.address)

  await before(victim.started)
  kill(victim.runner.pid!)
  await nothingIsLeft(victim.started)
  expect(await countUsers(other.started.target)).toBe(3)

  kill(other.runner.pid!)
  await nothingIsLeft(other.started)
})

test('never signals a group that was released', async () => {
  const { runner, started } = await startRunner('released')
  const [pid = 0] = started.pids
  runner.kill('SIGKILL')
  await vi.waitFor(() => expect(existsSync(started.path)).toBe(false), 2_000)
  expect(identify(pid)).toBeDefined()
  process.kill(pid, 'SIGKILL')
})

test('removes the folder when the run ends, and ends the children that have not ended', async () => {
  const other = RunDirectory.create()
  const gentle = Watchdog.start(other)
  const bystander = gentle.spawn('true', [])
  await once(bystander, 'exit')
  const run = RunDirectory.create()
  const strict = Watchdog.start(run)
  const long = strict.spawn('sleep', ['1000'])
  const end = once(long, 'exit')
  await strict.close()
  expect(await end).toEqual([null, 'SIGKILL'])
  expect(existsSync(run.path)).toBe(false)
  expect(existsSync(other.path)).toBe(true)

  await gentle.close()
  await gentle.close()
  await vi.waitFor(() => expect(existsSync(other.path)).toBe(false), 2_000)
})

test.skipIf(!onLinux)('says that it is lost where each one ends at once', async () => {
  const run = RunDirectory.create()
  const lost = Promise.withResolvers<string>()
  const watchdog = Watchdog.start(run, lost.resolve)
  const killing = setInterval(() => {
    const found = watchdogOf(run)
    if (found !== undefined) process.kill(found, 'SIGKILL')
  }, 5)
  expect(await lost.promise).toBe('SIGKILL')
  clearInterval(killing)
  await watchdog.close()
  rmSync(run.path, { recursive: true })
})

/** `npm run` of a script that starts a runner from a shell that stays: three processes. Its lines, read as JSON. */
function npmStarts(options: readonly string[] = []) {
  const place = mkdtempSync(join(tmpdir(), 'faultpath-test-'))
  // The second command keeps the shell from becoming the runner.
  const script = `"${process.execPath}" "${runnerFile}" ancestors; true`
  writeFileSync(join(place, 'package.json'), JSON.stringify({ scripts: { sandbox: script } }))
  const npm = spawn('npm', ['run', '--silent', ...options, 'sandbox'], {
    cwd: place,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface(npm.stdout!)[Symbol.asyncIterator]()
  const next = async () => JSON.parse((await lines.next()).value ?? '{}')
  return { npm, next, [Symbol.dispose]: () => rmSync(place, { recursive: true }) }
}

test.skipIf(!onLinux)('notices that npm was killed, and nothing while npm lives', async () => {
  using started = npmStarts()
  const { next, npm } = started
  const { pid } = await next()
  expect(identify(identify(pid)!.parent)!.parent).toBe(npm.pid)
  expect(await next()).toEqual({ still: true })
  const killedAtMs = performance.now()
  npm.kill('SIGKILL')
  expect(await next()).toEqual({ gone: npm.pid })
  expect(performance.now() - killedAtMs).toBeLessThan(2_000)
})

test.skipIf(!onLinux)(
  'notices that npm was gone before it could be watched, while its shell lives',
  async () => {
    using shell = patientShell()
    using started = npmStarts([`--script-shell=${shell.path}`])
    const { next, npm } = started
    await until('the shell to wait', () => shell.pid)
    npm.kill('SIGKILL')
    expect(await next()).toEqual({ pid: expect.any(Number), orphaned: true })
  },
)
