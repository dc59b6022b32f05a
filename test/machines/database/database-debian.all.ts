import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { AdminConnection } from '../../../sandbox/machines/database/admin.ts'
import { npmRun } from '../../support/command.ts'

// A Postgres that the run did not start, three major versions older than ours, reached by DATABASE_URL on loopback.

const programs = '/usr/lib/postgresql/15/bin'
const isThere = existsSync(join(programs, 'postgres'))
const nobody = 65_534
const account = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe.skipIf(!isThere)(`Debian's Postgres 15${isThere ? '' : ' (apt-get install postgresql-15)'}`, () => {
  const target = { host: '127.0.0.1', user: 'admin', password: 'p@ss', database: 'postgres' }
  let folder: string
  let postgres: ChildProcess
  let port: number

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'faultpath-debian-'))
    writeFileSync(join(folder, 'password'), target.password)
    for (const path of [folder, join(folder, 'password')])
      chownSync(path, account.uid ?? -1, account.gid ?? -1)
    const data = join(folder, 'data')
    const flags = [
      '--username=admin',
      `--pwfile=${join(folder, 'password')}`,
      '--auth=scram-sha-256',
      '--no-sync',
    ]
    const made = spawnSync(join(programs, 'initdb'), ['-D', data, ...flags], {
      ...account,
      cwd: '/',
      encoding: 'utf8',
    })
    expect(made.status, made.stderr).toBe(0)
    port = await freePort()
    const words = ['-D', data, '-h', target.host, '-p', String(port), '-c', 'unix_socket_directories=', '-F']
    postgres = spawn(join(programs, 'postgres'), words, { ...account, cwd: '/', stdio: 'ignore' })
    await vi.waitFor(() => ask('SELECT 1'), { timeout: 15_000, interval: 50 })
  })
  afterAll(async () => {
    const ended = new Promise((resolve) => postgres.once('exit', resolve))
    postgres.kill('SIGINT')
    await ended
    rmSync(folder, { recursive: true, force: true })
  })

  async function ask(sql: string): Promise<unknown> {
    const admin = new AdminConnection({ ...target, port })
    try {
      return await admin.query(sql)
    } finally {
      await admin.close()
    }
  }

  test('every scenario passes, and what it created is dropped', { timeout: 300_000 }, async () => {
    const DATABASE_URL = `postgres://admin:p%40ss@127.0.0.1:${port}/postgres`
    const words = ['scenario', '--', '--all', '--jobs=3', '--world=portable']
    const { code, stdout, stderr } = await npmRun(words, { DATABASE_URL }).done
    expect(code, stdout.slice(-4_000) + stderr).toBe(0)
    expect(stdout).toContain('Postgres 15.')
    const left = `SELECT datname FROM pg_database WHERE datname ~ 'faultpath'
      UNION ALL SELECT rolname FROM pg_roles WHERE rolname ~ 'faultpath'`
    expect(await ask(left)).toEqual([])
  })
})
