import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { type AddressLease, leaseAddress } from '../../../sandbox/host/ground/address.ts'
import { identify, isStopped } from '../../../sandbox/host/lifetime/process-identity.ts'
import { RunDirectory } from '../../../sandbox/host/lifetime/run-directory.ts'
import { Watchdog } from '../../../sandbox/host/lifetime/watchdog.ts'
import type { Database } from '../../../sandbox/machines/database/database.ts'
import type { DatabaseState } from '../../../sandbox/machines/database/database-points.ts'
import { openDatabase } from '../../../sandbox/machines/database/open-database.ts'
import { seededUsers } from '../../../sandbox/machines/database/shop.ts'
import { descendants, postmasterOf, processesOf } from '../../support/command.ts'
import { segmentOf, segments } from '../../support/run-folder.ts'
import { ask, connected } from './database-sessions.ts'

// A Postgres that a fault ends, kills or stops is no death of a part: healing has it there again, with what was
// committed, and nothing is left of the one before.

/** The bound is for what is broken; a busy machine takes a part of it. */
const waitMs = 10_000

const onLinux = process.platform === 'linux'

interface Opened {
  readonly database: Database
  readonly run: RunDirectory
  readonly deaths: readonly string[]
  /** Postgres was started again: it has other shared memory. */
  readonly noteSegment: () => void
}

/** A Postgres of the test's own, and its end; what is left of it then fails the test. */
async function withPostgres(test: (opened: Opened) => Promise<void>): Promise<void> {
  const lease: AddressLease = await leaseAddress()
  const run = RunDirectory.create()
  const watchdog = Watchdog.start(run)
  const deaths: string[] = []
  const onDeath = (reason: string) => deaths.push(reason)
  const own = new Set<string>()
  const noteSegment = () => own.add(segmentOf(run.path))
  try {
    const database = await openDatabase({ address: lease.address, run, watchdog, onDeath })
    try {
      noteSegment()
      await test({ database, run, deaths, noteSegment })
    } finally {
      await database.stop()
    }
    const left = () => segments().filter((segment) => own.has(segment))
    await vi.waitFor(() => expect([processesOf(run.id), left()]).toEqual([[], []]), waitMs)
    expect(existsSync(join(run.path, 'postgres', 'postmaster.pid'))).toBe(false)
  } finally {
    await watchdog.close()
    await lease.release()
  }
}

/** Why a login fails; undefined where it does not. */
async function loginProblem({ target }: Database): Promise<string | undefined> {
  try {
    await ask({ ...target, connectionTimeoutMillis: 300 } as typeof target, 'SELECT 1')
    return undefined
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).message
  }
}

const whole: readonly [state: DatabaseState, problem: string, evidence: string][] = [
  [{ kind: 'shut-down', mode: 'smart' }, '57P03', 'Postgres was shutting down, and let no session in'],
  [
    { kind: 'shut-down', mode: 'fast' },
    'ECONNREFUSED',
    'Postgres had ended, and its port refused connections',
  ],
  [{ kind: 'shut-down', mode: 'immediate' }, 'ECONNREFUSED', 'Postgres had ended, and its port'],
  [{ kind: 'postmaster-killed' }, 'ECONNREFUSED', 'Postgres had ended, and its port refused connections'],
  [{ kind: 'frozen' }, 'timeout expired', 'Postgres stood still: all of its '],
]

test.skipIf(!onLinux).each(whole)(
  'holds %j, which ends with the heal: what was committed is there, of the Postgres before nothing',
  async (state, problem, text) => {
    await withPostgres(async ({ database, deaths, noteSegment, run }) => {
      const app = await connected(database.target)
      const ended = new Promise<void>((resolve) => app.once('end', () => resolve()))
      app.on('error', () => {})
      await app.query('UPDATE products SET stock = 41 WHERE id = 2')
      const before = postmasterOf(run)

      const armed = await database.point().arm({ state })
      await ended
      expect(await loginProblem(database)).toBe(problem)
      const { fired, isProbed, text: said } = await armed.evidence()
      expect([fired, isProbed, said]).toEqual([1, true, expect.stringContaining(text)])

      const healedFromMs = performance.now()
      await armed.heal()
      await armed.heal()
      expect(performance.now() - healedFromMs).toBeLessThan(3_000)
      noteSegment()
      expect((await ask(database.target, 'SELECT stock FROM products ORDER BY id')).rows[1]).toEqual({
        stock: 41,
      })
      expect((await armed.evidence()).fired).toBe(0)
      const isSame = state.kind === 'frozen'
      expect([postmasterOf(run) === before, identify(before) !== undefined]).toEqual([isSame, isSame])
      await database.reset()
      expect((await ask(database.target, 'SELECT id, name, email FROM users ORDER BY id')).rows).toEqual(
        seededUsers,
      )
      expect(deaths).toEqual([])

      // What ends it now is no fault any more.
      process.kill(postmasterOf(run), 'SIGKILL')
      await vi.waitFor(
        () => expect(deaths).toEqual([expect.stringContaining('ended by itself (SIGKILL)')]),
        2_000,
      )
    })
  },
)

test.skipIf(!onLinux).each(whole)('is ended for good while %j holds, and leaves nothing', async (state) => {
  await withPostgres(async ({ database, deaths, run }) => {
    const armed = await database.point().arm({ state })
    if (state.kind === 'frozen') expect(isStopped(postmasterOf(run))).toBe(true)
    const startedMs = performance.now()
    await database.stop()
    expect(performance.now() - startedMs).toBeLessThan(2_000)
    // The run is over: what it had armed does not bring Postgres back.
    await expect(armed.heal()).rejects.toThrow('Postgres was stopped for good')
    expect(deaths).toEqual([])
  })
})

test.skipIf(!onLinux)('is ended for good while healing starts it again, and leaves nothing', async () => {
  await withPostgres(async ({ database, run }) => {
    const armed = await database.point().arm({ state: { kind: 'postmaster-killed' } })
    expect(processesOf(run.id)).toEqual([])
    // As far as it has come: it did not start, or does not answer.
    const healing = expect(armed.heal()).rejects.toThrow(/Postgres did not (start|answer)/)
    await vi.waitFor(() => expect(processesOf(run.id)).not.toEqual([]), { interval: 1, timeout: waitMs })
    await database.stop()
    await healing
  })
})

test.skipIf(!onLinux)(
  'terminates the session that reads the table, in its statement, and no other',
  async () => {
    await withPostgres(async ({ database }) => {
      const bystander = await connected(database.target)
      const armed = await database.point().arm({ state: { kind: 'session-terminated', table: 'users' } })
      const read = '/* step=users.list req=curl-3.1 */ SELECT * FROM users'
      await expect(ask(database.target, read)).rejects.toMatchObject({ code: '57P01', severity: 'FATAL' })
      expect((await ask(database.target, 'SELECT * FROM products')).rows).toHaveLength(3)
      expect((await bystander.query('SELECT 1')).rows).toHaveLength(1)
      const { fired, ofDoor, text } = await armed.evidence()
      expect([fired, ofDoor?.('curl-3'), ofDoor?.('fetch-1')]).toEqual([1, 1, 0])
      expect(text).toBe('1 session was terminated in a statement')
      await armed.heal()
      expect((await ask(database.target, read)).rows).toHaveLength(seededUsers.length)
      await bystander.end()
    })
  },
)

test.skipIf(!onLinux)(
  'kills the server process that reads the table: all sessions end, what was committed stays, and it recovers',
  async () => {
    await withPostgres(async ({ database, deaths, run }) => {
      const [bystander, victim] = [await connected(database.target), await connected(database.target)]
      const notices: (string | undefined)[] = []
      bystander.on('notice', ({ code }) => notices.push(code))
      for (const session of [bystander, victim]) session.on('error', () => {})
      const ended = new Promise<void>((resolve) => bystander.once('end', () => resolve()))
      const armed = await database.point().arm({ state: { kind: 'backend-killed', table: 'users' } })
      expect((await armed.evidence()).fired).toBe(0)
      const postmaster = postmasterOf(run)
      // Right before the end, and by a session that dies of it.
      await victim.query('UPDATE products SET stock = 41 WHERE id = 2')
      const read = victim.query('/* step=users.list req=curl-3.1 */ SELECT * FROM users')
      await expect(read).rejects.toThrow('Connection terminated unexpectedly')
      await ended
      expect(notices).toEqual(['57P02'])

      const { fired, ofDoor, text } = await armed.evidence()
      expect([fired, ofDoor?.('curl-3'), ofDoor?.('curl-31')]).toEqual([1, 1, 0])
      expect(text).toBe('1 server process was killed in a statement')
      expect((await ask(database.target, 'SELECT stock FROM products ORDER BY id')).rows[1]).toEqual({
        stock: 41,
      })

      // Statements that go on coming bring it down again and again; healing gets through all the same.
      const storm = setInterval(() => ask(database.target, 'SELECT * FROM users').catch(() => {}), 20)
      try {
        await vi.waitFor(async () => expect((await armed.evidence()).fired).toBeGreaterThan(2), waitMs)
        const healedFromMs = performance.now()
        await armed.heal()
        expect(performance.now() - healedFromMs).toBeLessThan(5_000)
      } finally {
        clearInterval(storm)
      }
      expect((await ask(database.target, 'SELECT id, name, email FROM users ORDER BY id')).rows).toEqual(
        seededUsers,
      )
      const left = `SELECT (SELECT count(*)::int FROM pg_policies) AS policies,
        (SELECT count(*)::int FROM pg_namespace WHERE nspname = 'faultpath') AS schemas`
      expect((await ask(database.admin, left)).rows).toEqual([{ policies: 0, schemas: 0 }])
      expect(postmasterOf(run)).toBe(postmaster)
      expect(deaths).toEqual([])
    })
  },
)

test.skipIf(!onLinux)(
  'stops the server process that reads the table, in its statement, and no other',
  async () => {
    await withPostgres(async ({ database, run }) => {
      const state = { kind: 'backend-stopped', table: 'users' } as const
      const armed = await database.point().arm({ state })
      const read = async (request: string) => {
        const client = await connected(database.target)
        await client.query('SET statement_timeout = 100')
        const reading = client.query(`/* step=users.list req=${request} */ SELECT * FROM users`)
        return reading.catch((error: { code?: string }) => error.code)
      }
      let answered = false
      const first = read('curl-3.1').finally(() => {
        answered = true
      })
      await vi.waitFor(() => expect(stoppedBelow(postmasterOf(run))).toHaveLength(1), waitMs)
      // Its own limit passes, and does not end it.
      expect((await ask(database.target, 'SELECT * FROM products, pg_sleep(0.3)')).rows).toHaveLength(3)
      expect(answered).toBe(false)
      const { fired, ofDoor, text } = await armed.evidence()
      expect([fired, ofDoor?.('curl-3'), ofDoor?.('fetch-1')]).toEqual([1, 1, 0])
      expect(text).toBe('1 server process was stopped in a statement')

      const others = Array.from({ length: 5 }, (_, index) => read(`fetch-1.${index}`))
      await vi.waitFor(() => expect(stoppedBelow(postmasterOf(run))).toHaveLength(6), waitMs)
      const healedFromMs = performance.now()
      await armed.heal()
      expect(performance.now() - healedFromMs).toBeLessThan(2_000)
      expect(await first).toBe('57014')
      await Promise.all(others)
      expect(stoppedBelow(postmasterOf(run))).toEqual([])
      expect((await ask(database.target, 'SELECT * FROM users')).rows).toHaveLength(seededUsers.length)
    })
  },
)

function stoppedBelow(pid: number): readonly number[] {
  return descendants(pid).filter(isStopped)
}
