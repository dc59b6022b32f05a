import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { leaseAddress } from '../../../sandbox/host/ground/address.ts'
import { identify } from '../../../sandbox/host/lifetime/process-identity.ts'
import { RunDirectory } from '../../../sandbox/host/lifetime/run-directory.ts'
import { Watchdog } from '../../../sandbox/host/lifetime/watchdog.ts'
import type { DatabaseTarget } from '../../../sandbox/machines/database/database.ts'
import { openDatabase } from '../../../sandbox/machines/database/open-database.ts'
import { seededUsers } from '../../../sandbox/machines/database/shop.ts'
import type { Armed } from '../../../sandbox/machines/shared/breakable.ts'
import { postmasterOf } from '../../support/command.ts'
import { ask, connected, urlOf } from './database-sessions.ts'
import { database, lease, run } from './own-database.ts'

const hasPsql = spawnSync('psql', ['--version']).error === undefined
const sleepMs = 400

let armed: Armed

test('serves the seeded shop to a plain role, on its own address', async () => {
  expect(database.target.host).toBe(lease.address)
  expect(database.version).toMatch(/^18\.\d+$/)
  const { rows } = await ask(database.target, 'SELECT id, name, email FROM users ORDER BY id')
  expect(rows).toEqual(seededUsers)
  const role = 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user'
  expect((await ask(database.target, role)).rows).toEqual([{ rolsuper: false }])
  expect((await ask(database.admin, role)).rows).toEqual([{ rolsuper: true }])
  expect(identify(postmasterOf(run))?.parent).toBe(process.pid)
})

test.skipIf(!hasPsql)('is a Postgres to psql (needs psql: apt-get install postgresql-client)', () => {
  const env = { ...process.env, PGPASSWORD: database.target.password }
  const url = urlOf(database.target).replace(`:${database.target.password}`, '')
  const { stdout } = spawnSync('psql', ['-XAt', url, '-c', 'SELECT count(*) FROM products'], {
    env,
    encoding: 'utf8',
  })
  expect(stdout.trim()).toBe('3')
})

test('puts the rows back, and only when asked', async () => {
  const rename = `UPDATE users SET name = 'x'`
  const names = 'SELECT DISTINCT name FROM users'
  expect((await ask(database.target, rename, names)).rows).toHaveLength(1)
  await database.reset()
  expect((await ask(database.target, names)).rows).toHaveLength(seededUsers.length)
})

test('takes the next port when the first is taken', async () => {
  const other = await leaseAddress()
  const squatter = createServer().listen(15432, other.address)
  await once(squatter, 'listening')
  const second = RunDirectory.create()
  const guard = Watchdog.start(second)
  const opened = await openDatabase({ address: other.address, run: second, watchdog: guard })
  expect(opened.target.port).toBe(15433)
  expect((await ask(opened.target, 'SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  await opened.stop()
  await guard.close()
  squatter.close()
  await other.release()
})

test('stands at the address of its own sandbox, and not where its template was built', async () => {
  const other = await leaseAddress()
  const second = RunDirectory.create()
  const guard = Watchdog.start(second)
  const opened = await openDatabase({ address: other.address, run: second, watchdog: guard })
  const { rows } = await ask(opened.target, 'SELECT host(inet_server_addr()) AS at')
  expect(rows).toEqual([{ at: other.address }])
  expect(opened.target.port).toBe(database.target.port)
  await opened.stop()
  await guard.close()
  await other.release()
})

test('says when Postgres dies unasked, and not when it is stopped', async () => {
  const deaths: string[] = []
  for (const kill of [true, false]) {
    const second = RunDirectory.create()
    const guard = Watchdog.start(second)
    const options = { address: lease.address, run: second, watchdog: guard }
    const opened = await openDatabase({ ...options, onDeath: (reason) => deaths.push(reason) })
    if (kill) {
      process.kill(postmasterOf(second), 'SIGKILL')
      await vi.waitFor(() => expect(deaths).toHaveLength(1), 2_000)
    }
    await opened.stop()
    await opened.stop()
    await guard.close()
  }
  expect(deaths).toHaveLength(1)
  expect(deaths[0]).toMatch(/^database: Postgres ended by itself \(SIGKILL\)/)
})

test('lets two processes build the cache at once', async () => {
  const cache = mkdtempSync(join(tmpdir(), 'faultpath-test-'))
  const runnerFile = fileURLToPath(new URL('../../support/sandbox-runner.ts', import.meta.url))
  const start = async () => {
    const env = { ...process.env, FAULTPATH_CACHE: cache }
    const runner = spawn(process.execPath, [runnerFile, 'postgres'], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const [line] = await once(createInterface(runner.stdout), 'line')
    return { runner, target: JSON.parse(line).target as DatabaseTarget }
  }
  const both = await Promise.all([start(), start()])
  // From the same cache, and still the password of one opens no other.
  const [{ target: one }, { target: other }] = both as [(typeof both)[0], (typeof both)[0]]
  await expect(ask({ ...one, password: other.password }, 'SELECT')).rejects.toMatchObject({ code: '28P01' })
  for (const { runner, target } of both) {
    expect((await ask(target, 'SELECT FROM users')).rows).toHaveLength(seededUsers.length)
    runner.kill('SIGKILL')
  }
  expect(readdirSync(cache)).toEqual([expect.stringMatching(/^postgres-18[\w.-]*-[0-9a-f]{12}$/)])
  rmSync(cache, { recursive: true })
})

test('slow-table makes each statement that reads the table sleep once, and no other', async () => {
  const point = database.point()
  const readUsers = 'SELECT * FROM users'
  armed = await point.arm({ state: { kind: 'slow-table', table: 'users', sleepMs } })
  expect((await armed.evidence()).fired).toBe(0)
  expect((await ask(database.target, 'SELECT * FROM products')).tookMs).toBeLessThan(sleepMs)
  expect((await armed.evidence()).fired).toBe(0)

  const slow = await ask(database.target, readUsers)
  expect(slow.rows).toHaveLength(seededUsers.length)
  expect(slow.tookMs).toBeGreaterThanOrEqual(sleepMs)
  expect(slow.tookMs).toBeLessThan(2 * sleepMs)
  expect(await armed.evidence()).toMatchObject({ fired: 1, text: '1 statement slept inside Postgres' })
  const insert = `INSERT INTO users (name, email) VALUES ('x', 'x@example.test')`
  expect((await ask(database.target, insert)).tookMs).toBeLessThan(sleepMs)

  // Cancelled or rolled back, it has slept all the same.
  const cancelled = ask(database.target, 'BEGIN', 'SET LOCAL statement_timeout = 50', readUsers)
  await expect(cancelled).rejects.toMatchObject({ code: '57014' })
  expect((await armed.evidence()).fired).toBe(2)

  await armed.heal()
  await armed.heal()
  expect((await ask(database.target, readUsers)).tookMs).toBeLessThan(sleepMs)
  expect((await armed.evidence()).fired).toBe(0)
  await database.reset()
})

test('slow-table tells through which door a statement that slept came, also when it was cancelled', async () => {
  const point = database.point()
  armed = await point.arm({ state: { kind: 'slow-table', table: 'users', sleepMs: 200 } })
  const read = (request: string) => `/* step=users.list req=${request} */ SELECT * FROM users`
  await ask(database.target, read('fetch-1.1'))
  await ask(database.target, read('fetch-1.2'))
  await expect(
    ask(database.target, 'BEGIN', 'SET LOCAL statement_timeout = 50', read('curl-12.1')),
  ).rejects.toMatchObject({ code: '57014' })
  await ask(database.target, 'SELECT * FROM users')
  const { fired, ofDoor } = await armed.evidence()
  expect(['fetch-1', 'https-2', 'curl-12'].map((door) => ofDoor?.(door))).toEqual([2, 0, 1])
  expect(fired).toBe(4)
  await armed.heal()
})

test('heals at once while a statement still sleeps, and leaves no trace in the schema', async () => {
  const catalogue = `SELECT (SELECT count(*)::int FROM pg_policies) AS policies,
    (SELECT count(*)::int FROM pg_namespace WHERE nspname = 'faultpath') AS schemas,
    (SELECT count(*)::int FROM pg_class WHERE relrowsecurity OR relforcerowsecurity) AS secured`
  const point = database.point()
  armed = await point.arm({ state: { kind: 'slow-table', table: 'users', sleepMs: 30_000 } })
  expect((await ask(database.admin, catalogue)).rows).toEqual([{ policies: 2, schemas: 1, secured: 1 }])
  const client = await connected(database.target)
  const sleeping = expect(client.query('SELECT * FROM users')).rejects.toThrow()
  await vi.waitFor(async () => expect((await armed.evidence()).fired).toBe(1), 2_000)

  const startedAtMs = performance.now()
  await armed.heal()
  expect(performance.now() - startedAtMs).toBeLessThan(2_000)
  await sleeping
  expect((await ask(database.admin, catalogue)).rows).toEqual([{ policies: 0, schemas: 0, secured: 0 }])
})

test('arms all or nothing', async () => {
  const point = database.point()
  const absent = point.arm({ state: { kind: 'slow-table', table: 'no "such" table', sleepMs } })
  await expect(absent).rejects.toThrow(
    'database: slow-table could not be armed: relation "no "such" table" does not',
  )
  armed = await point.arm({ state: { kind: 'slow-table', table: 'users', sleepMs: 0 } })
  await armed.heal()
})
