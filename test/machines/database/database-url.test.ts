import { rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { InvalidInput } from '../../../sandbox/errors/invalid-input.ts'
import { RunDirectory } from '../../../sandbox/host/lifetime/run-directory.ts'
import { parseDatabaseUrl } from '../../../sandbox/machines/database/database-url.ts'
import { openDatabase } from '../../../sandbox/machines/database/open-database.ts'
import { seededUsers } from '../../../sandbox/machines/database/shop.ts'
import { ask, connected, urlOf } from './database-sessions.ts'
import { database, lease, run, watchdog } from './own-database.ts'

const sleepMs = 400

test('takes a URL of this machine, and another only with leave', () => {
  const host = '127.0.0.1'
  expect(parseDatabaseUrl('postgres://ada:p%40ss@127.0.0.1:5433/shop')).toEqual({
    ...{ host, port: 5433, user: 'ada', password: 'p@ss', database: 'shop' },
  })
  expect(parseDatabaseUrl('postgresql://[::1]')).toMatchObject({ host: '::1', port: 5432, user: 'postgres' })
  const remote = 'postgres://ada@db.example.test/shop'
  expect(() => parseDatabaseUrl(remote)).toThrow('expected a host on this machine, saw db.example.test')
  expect(parseDatabaseUrl(remote, true).host).toBe('db.example.test')
  expect(() => parseDatabaseUrl('mysql://127.0.0.1')).toThrow('expected postgres://')
})

test.each([
  ['host', 'postgres://ada:p@%ff/shop'],
  ['user', 'postgres://%ff:p@127.0.0.1/shop'],
  ['password', 'postgres://ada:p%ff@127.0.0.1/shop'],
  ['database', 'postgres://ada@127.0.0.1/%E0%A4'],
])('a %s with a percent sign that is none is refused, and not shown', (part, url) => {
  const refused = `database url: ${part}: expected UTF-8, percent-encoded, saw a % that begins no such character. A % itself is written %25`
  expect(() => parseDatabaseUrl(url)).toThrow(
    new InvalidInput('database url', refused.slice('database url: '.length)),
  )
  expect(parseDatabaseUrl(url.replace(/%ff|%E0%A4/, part === 'host' ? '127.0.0.1' : '%C3%A4'))).toBeDefined()
})

test.each([
  ['127.0.0.255', '127.0.0.255'],
  ['127.1', '127.0.0.1'],
  ['2130706433', '127.0.0.1'],
  ['LOCALHOST', 'localhost'],
  ['[::ffff:127.0.0.1]', '::ffff:7f00:1'],
])('%s is this machine', (given, host) => {
  expect(parseDatabaseUrl(`postgres://${given}/`).host).toBe(host)
})

test.each([
  '127.0.0.1.example.test',
  'localhost.example.test',
  '128.1',
  '0.0.0.0',
  '[::]',
  '[::ffff:128.0.0.1]',
  '[::2]',
])('%s is not this machine', (given) => {
  expect(() => parseDatabaseUrl(`postgres://${given}/`)).toThrow('expected a host on this machine, saw ')
  expect(parseDatabaseUrl(`postgres://${given}/`, true).host).not.toBe('')
})

test.each([
  ['127.0.0.999', /^database url: expected a name or an address, saw "127\.0\.0\.999" as its host$/],
  ['%2Fvar%2Frun', /expected a name or an address, saw "\/var\/run" as its host$/],
  ['127.0.0.1:0', /^database url: port: expected 1 to 65535, saw 0$/],
  ['a%00b@127.0.0.1', /^database url: user: expected a text, saw %00 in it$/],
])('%s leads to no server', (given, answer) => {
  for (const allowRemote of [false, true])
    expect(() => parseDatabaseUrl(`postgres://${given}/`, allowRemote)).toThrow(answer)
})

const ofRuns = `SELECT datname AS name FROM pg_database WHERE datname ~ '^faultpath_'
  UNION ALL SELECT rolname FROM pg_roles WHERE rolname ~ '^faultpath_'`

/** Makes a user on the embedded server, and the empty template database that a user's own server has. */
async function asVisitor(rights: string, work: (url: string) => Promise<void>): Promise<void> {
  await ask(database.admin, `CREATE ROLE visitor LOGIN PASSWORD 'p@ss' ${rights}`)
  await ask(database.admin, 'CREATE DATABASE template1 TEMPLATE shop IS_TEMPLATE true')
  const template = { ...database.admin, database: 'template1' }
  await ask(template, 'DROP SCHEMA public CASCADE', 'CREATE SCHEMA public AUTHORIZATION pg_database_owner')
  await ask(template, 'GRANT USAGE ON SCHEMA public TO PUBLIC')
  await work(urlOf({ ...database.admin, user: 'visitor', password: 'p%40ss' }))
  await ask(database.admin, 'ALTER DATABASE template1 IS_TEMPLATE false', 'DROP DATABASE template1')
  await ask(database.admin, 'DROP ROLE visitor')
}

test.each([
  { user: 'a superuser', rights: 'SUPERUSER', ownRole: true },
  { user: 'a user that may create roles', rights: 'CREATEDB CREATEROLE', ownRole: true },
  { user: 'a user that may create databases', rights: 'CREATEDB', ownRole: false },
])('by URL as $user: works in a database of its own, and drops it', async ({ rights, ownRole }) => {
  await asVisitor(rights, async (url) => {
    const guest = await openDatabase({ url, address: lease.address, run, watchdog })
    expect(guest.target.user !== 'visitor').toBe(ownRole)
    expect(guest.provides).toEqual(['sql'])
    expect((await ask(guest.target, 'SELECT FROM users')).rows).toHaveLength(seededUsers.length)

    const armed = await guest.point().arm({ state: { kind: 'slow-table', table: 'users', sleepMs } })
    const hanging = await connected(guest.target)
    const { tookMs } = await ask(guest.target, 'SELECT FROM users')
    expect(tookMs).toBeGreaterThanOrEqual(sleepMs)
    // An open transaction holds the table.
    await hanging.query('BEGIN; SELECT FROM users')
    await armed.heal()
    expect((await ask(guest.target, 'SELECT FROM users')).tookMs).toBeLessThan(sleepMs)

    expect((await ask(database.admin, ofRuns)).rows).toHaveLength(ownRole ? 2 : 1)
    await guest.stop()
    expect((await ask(database.admin, ofRuns)).rows).toEqual([])
  })
})

test('by URL: refuses a user that may not create databases, and says what to do', async () => {
  await asVisitor('', async (url) => {
    const opening = openDatabase({ url, address: lease.address, run, watchdog })
    await expect(opening).rejects.toThrow('Give it: ALTER ROLE "visitor" CREATEDB')
  })
})

test('by URL: drops what a dead run left, and spares live runs and other machines', async () => {
  await asVisitor('SUPERUSER', async (url) => {
    const guest = await openDatabase({ url, address: lease.address, run, watchdog })
    const [machine] = /^faultpath_[0-9a-f]{8}/.exec(guest.target.database) ?? []
    const dead = `${machine}_${process.pid}_1`
    const spared = 'faultpath_00000000_1_1'
    for (const name of [dead, spared]) {
      await ask(database.admin, `CREATE DATABASE ${name}`, `CREATE ROLE ${name}`)
    }
    const second = RunDirectory.create()
    const other = await openDatabase({ url, address: lease.address, run: second, watchdog })
    const names = (await ask(database.admin, ofRuns)).rows.map(({ name }) => name)
    expect(names).not.toContain(dead)
    expect(names.filter((name) => name === spared)).toHaveLength(2)
    expect(names.filter((name) => name === guest.target.database)).toHaveLength(2)

    await Promise.all([guest.stop(), other.stop()])
    await ask(database.admin, `DROP DATABASE ${spared}`, `DROP ROLE ${spared}`)
    rmSync(second.path, { recursive: true })
  })
})
