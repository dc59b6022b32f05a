import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PartFailure } from '../../errors/part-failure.ts'
import { buildEntry, entryFormat, touchEntry } from '../../host/lifetime/cache.ts'
import { notOwn } from '../../host/lifetime/own-folder.mjs'
import { AdminConnection, literal } from './admin.ts'
import { drawPassword } from './furnish.ts'
import { type Launch, makeDataDirectory, spawnAs, tail } from './launch.ts'
import { isPage, scramVerifier, verifierStart, withVerifiers } from './role-page.ts'
import { PostgresServer } from './server.ts'
import { shopReset, shopSchema } from './shop.ts'

/** A stopped cluster with the seeded shop in it, as a tar file: unpacking takes half the time of `cp -a`. */
export interface Template extends Described {
  /** All but the file of the roles. */
  readonly cluster: string
  /** The file of the roles, in which none of them can log in. */
  readonly roles: string
}

/** What is written down of a template. */
interface Described {
  /** Of the server: `18.4`. */
  readonly version: string
  /** Where the file of the roles belongs, in the data directory: `global/1260`. */
  readonly rolesAt: string
  /** What stands in it for the password of each: of passwords that were drawn and forgotten. */
  readonly verifiers: Passwords
}

/** Of the superuser, and of the role of the API. */
export type Passwords = Readonly<Record<'postgres' | 'app', string>>

/** The superuser, and the plain role the API logs in as. */
export const superuser = 'postgres'
export const appRole = 'app'
export const shopDatabase = 'shop'

/**
 * Set with initdb and so in postgresql.conf. Nothing outlives the run, so nothing is written for a crash of the whole
 * machine. A fault may kill Postgres alone: what was committed is then with the kernel, and kept. Processes that a
 * small shop does not need are off; the rest makes faults quick to see.
 */
export const settings = {
  fsync: 'off',
  synchronous_commit: 'on',
  full_page_writes: 'off',
  shared_buffers: '16MB',
  min_wal_size: '2MB',
  wal_recycle: 'off',
  max_connections: '40',
  wal_level: 'replica',
  io_method: 'sync',
  autovacuum: 'off',
  max_logical_replication_workers: '0',
  max_worker_processes: '0',
  dynamic_shared_memory_type: 'mmap',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  // Postgres looks once, this long after the wait began. Until then a second session must wait too for a deadlock to be
  // one, however busy the machine is; behind it, the API's statement_timeout ends the wait as a slow one.
  deadlock_timeout: '300ms',
  client_connection_check_interval: '100ms',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

/** The builtin locale sorts the same on every host. */
const initdbFlags = [
  `--username=${superuser}`,
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--wal-segsize=1',
  '--no-sync',
  '--no-instructions',
  ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
]

/** Only the shop is ever used, and each of them would be 300 more files to unpack at every start. */
const dropOthers = [
  'UPDATE pg_database SET datistemplate = false',
  'DROP DATABASE template0',
  'DROP DATABASE template1',
  'DROP DATABASE postgres',
]

/** initdb takes a second, and on a slow disk twenty times that. */
const toolMsMax = 120_000

const described = 'cluster.json'
const rolesFile = 'roles'

/** Where the template for these programs and this schema lies in the cache. */
export function templatePath(cache: string, { binaries }: Launch): string {
  const ingredients = JSON.stringify([
    entryFormat,
    binaries.version,
    initdbFlags,
    dropOthers,
    verifierStart,
    shopSchema(appRole),
    shopReset,
  ])
  const hash = createHash('sha256').update(ingredients).digest('hex').slice(0, 12)
  return join(cache, `postgres-${binaries.version}-${hash}`)
}

/** Undefined where there is none that can be used. */
export function readTemplate(path: string): Template | undefined {
  if (notOwn(path) !== undefined) return undefined
  try {
    const read = JSON.parse(readFileSync(join(path, described), 'utf8')) as Described
    touchEntry(path)
    return { ...read, cluster: join(path, 'cluster.tar'), roles: join(path, rolesFile) }
  } catch {
    return undefined
  }
}

/** Builds the template in the run's directory. Of two runs that build at once, both use the first's. */
export async function buildTemplate(launch: Launch, path: string): Promise<Template> {
  const data = makeDataDirectory(launch, 'template')
  try {
    await buildEntry(path, launch.run.id, async (folder) => {
      const password = drawPassword()
      await initialize(launch, data, password)
      const filled = await fill(launch, data, password)
      const roles = join(data, filled.rolesAt)
      const page = readFileSync(roles)
      if (!isPage(page)) throw new Error(`database: expected one page of roles, saw ${page.length} bytes`)
      writeFileSync(join(folder, rolesFile), page, { mode: 0o600 })
      rmSync(roles)
      await pack(launch, data, join(folder, 'cluster.tar'))
      writeFileSync(join(folder, described), JSON.stringify(filled), { mode: 0o600 })
    })
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
  const template = readTemplate(path)
  if (template === undefined)
    throw new PartFailure(`database: the cache at ${path} cannot be read. Remove it, then run again.`)
  return template
}

async function initialize(launch: Launch, data: string, password: string): Promise<void> {
  const { account, binaries, run } = launch
  const passwordFile = join(run.path, 'template.password')
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (account.uid !== undefined) chownSync(passwordFile, account.uid, account.gid ?? account.uid)
  const words = [binaries.initdb, '-D', data, `--pwfile=${passwordFile}`, ...initdbFlags]
  await runToEnd(launch, 'initdb', words, data)
  rmSync(passwordFile)
}

/** Puts the file of the roles into a data directory that is about to be filled, with passwords of this run's own. */
export function writeRoles({ account }: Launch, data: string, template: Template): Passwords {
  const { roles, rolesAt, verifiers } = template
  const passwords = { postgres: drawPassword(), app: drawPassword() }
  const page = withVerifiers(readFileSync(roles), [
    [verifiers.postgres, scramVerifier(passwords.postgres)],
    [verifiers.app, scramVerifier(passwords.app)],
  ])
  const file = join(data, rolesAt)
  mkdirSync(dirname(file), { mode: 0o700 })
  writeFileSync(file, page, { mode: 0o600, flag: 'wx' })
  if (account.uid !== undefined)
    for (const path of [dirname(file), file]) chownSync(path, account.uid, account.gid ?? account.uid)
  return passwords
}

/** The roles, the shop and its rows. */
async function fill(launch: Launch, data: string, password: string): Promise<Described> {
  const server = await PostgresServer.start(launch, data)
  const login = { host: launch.address, port: server.port, user: superuser, password }
  const verifiers = { postgres: scramVerifier(drawPassword()), app: scramVerifier(drawPassword()) }
  const maintenance = new AdminConnection({ ...login, database: 'postgres' })
  const shop = new AdminConnection({ ...login, database: shopDatabase })
  try {
    await maintenance.query(`CREATE ROLE ${appRole} LOGIN PASSWORD ${literal(verifiers.app)}`)
    await maintenance.query(`CREATE DATABASE ${shopDatabase}`)
    await maintenance.close()
    await shop.query(shopSchema(appRole) + shopReset)
    for (const statement of dropOthers) await shop.query(statement)
    // The last of all: from here on no session can begin.
    await shop.query(`ALTER ROLE ${superuser} PASSWORD ${literal(verifiers.postgres)}`)
    const [row] = await shop.query(
      "SELECT current_setting('server_version') AS version, pg_relation_filepath('pg_authid') AS roles",
    )
    return { version: String(row?.['version']), rolesAt: String(row?.['roles']), verifiers }
  } finally {
    await Promise.all([maintenance.close(), shop.close()])
    await server.stop('fast')
  }
}

/** Through a file that is already open, so the account Postgres runs as need not reach the cache. */
async function pack(launch: Launch, data: string, cluster: string): Promise<void> {
  const output = openSync(cluster, 'wx', 0o600)
  try {
    await runToEnd(launch, 'tar', ['tar', '-cf', '-', '.'], data, output)
  } finally {
    closeSync(output)
  }
}

async function runToEnd(
  launch: Launch,
  name: string,
  words: string[],
  cwd: string,
  output?: number,
): Promise<void> {
  const log = join(launch.run.path, `${name}.log`)
  const complaints = openSync(log, 'w', 0o600)
  try {
    const child = spawnAs(launch, words, 'kill', cwd, ['ignore', output ?? complaints, complaints])
    const patience = setTimeout(() => child.kill('SIGKILL'), toolMsMax)
    const [code, signal] = child.pid === undefined ? ['not started'] : await once(child, 'exit')
    clearTimeout(patience)
    if (code !== 0)
      throw new PartFailure(
        `database: ${words[0]} failed (${signal ?? `exit ${code}`}). It said:\n${tail(log)}`,
      )
  } finally {
    closeSync(complaints)
  }
}
