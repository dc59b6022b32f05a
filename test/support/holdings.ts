import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import type { LiveSandbox } from './live-sandbox.ts'
import { descriptorsOf, inodesOf, tcpSockets } from './sockets.ts'

/** All that a sandbox has of the machine, as lines: two that hold the same print the same. */
export type Holdings = Readonly<Record<string, readonly string[]>>

/**
 * Looked up from outside: descriptors, connections inside, processes, packet filter, files, and what Postgres holds.
 * Connections that the API keeps for its next request, and the gateway for its next call, are no part of it.
 */
export async function holdingsOf(sandbox: LiveSandbox): Promise<Holdings> {
  const kept = keptAlive(sandbox)
  const [connections, nft, database] = await Promise.all([
    linesOf(sandbox.type('ss', '-Htuan', 'exclude', 'time-wait')),
    sandbox.type('nft', 'list', 'ruleset'),
    databaseHoldings(sandbox),
  ])
  return {
    'descriptors of the runner': descriptors(sandbox.runner, 4 * kept.sessions + kept.calls),
    'descriptors of the API': descriptors(sandbox.pidOf('api'), kept.sessions + kept.calls),
    'descriptors of the keeper': descriptors(sandbox.pidOf('keeper'), 0),
    // How much waits for its owner changes from look to look.
    'sockets inside': connections
      .map((line) =>
        line
          .replaceAll(/\s+/g, ' ')
          .replace(/ \d+ (\d+) /, ' $1 ')
          .trim(),
      )
      .sort(),
    'packet filter': rulesOf(nft.output),
    processes: processes(sandbox),
    files: filesBelow(sandbox.folder),
    ...database,
  }
}

/** Once nothing is on its way any more. */
export async function settledHoldings(sandbox: LiveSandbox): Promise<Holdings> {
  for (;;) {
    const once = await holdingsOf(sandbox)
    await pause(300)
    if (differences(once, await holdingsOf(sandbox)).length === 0) return once
  }
}

/** What differs, in words: `packet filter: + table inet x`. */
export function differences(before: Holdings, after: Holdings): readonly string[] {
  return Object.keys(before).flatMap((part) => {
    const [was = [], is = []] = [before[part], after[part]]
    return [
      ...without(was, is).map((line) => `${part}: - ${line}`),
      ...without(is, was).map((line) => `${part}: + ${line}`),
    ]
  })
}

function without(lines: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others]
  return lines.filter((line) => {
    const at = left.indexOf(line)
    if (at < 0) return true
    left.splice(at, 1)
    return false
  })
}

/** As many of a kind are kept for later calls, at most: the API's pool has five sessions. */
const keptEach = 5

/** Idle sessions of the API's pool, and connections that gateways hold open to the API. */
export function keptAlive(
  sandbox: LiveSandbox,
  keptMax = keptEach,
): { readonly sessions: number; readonly calls: number } {
  const api = sandbox.pidOf('api')
  const [runners, apis] = [inodesOf(sandbox.runner), api === undefined ? new Set() : inodesOf(api)]
  const sockets = tcpSockets()
  const listeners = (inodes: ReadonlySet<unknown>) =>
    new Set(
      sockets.flatMap(({ inode, isListening, local }) => (isListening && inodes.has(inode) ? [local] : [])),
    )
  const connections = (from: ReadonlySet<unknown>, to: ReadonlySet<string>) =>
    sockets.filter(({ inode, isListening, remote }) => !isListening && from.has(inode) && to.has(remote))
      .length
  return {
    sessions: Math.min(keptMax, connections(apis, listeners(runners))),
    calls: Math.min(keptMax, connections(runners, listeners(apis))),
  }
}

function descriptors(pid: number | undefined, socketsApart: number): readonly string[] {
  if (pid === undefined) return ['none']
  const kinds = Object.groupBy(descriptorsOf(pid), (link) => link.replace(/:\[\d+\]$/, ''))
  return Object.entries(kinds)
    .map(([kind, all = []]) => `${kind === 'socket' ? all.length - socketsApart : all.length} × ${kind}`)
    .sort()
}

/** Postgres' own files come and go as it likes, but for those that say how it runs. */
const ownOfPostgres = /^postgres\/(?!.*\.(conf|pid|opts)$)/

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !ownOfPostgres.test(name))
    .map((name) => (/\.conf$/.test(name) ? `${name} ${digest(readFileSync(join(folder, name)))}` : name))
    .sort()
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12)
}

/** What stays of a fault in Postgres, as one column of lines each. */
const questions: Readonly<Record<string, string>> = {
  'settings of Postgres':
    "select name || '=' || setting from pg_settings where source not in ('client', 'session')",
  'settings of roles':
    'select setrole || $$ $$ || setdatabase || $$ $$ || setconfig::text from pg_db_role_setting',
  roles: 'select to_jsonb(r)::text from pg_roles r where rolname !~ $$^pg_$$',
  databases:
    'select datname || datallowconn || datconnlimit || coalesce(datacl::text, $$-$$) from pg_database',
  locks:
    'select locktype || $$ $$ || mode || $$ $$ || coalesce(relation::regclass::text, $$-$$) from pg_locks where pid <> pg_backend_pid()',
  'sessions of Postgres':
    "select coalesce(usename, '-') || ' ' || application_name || ' ' || coalesce(state, '-') || ' ' || backend_type from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend' and not (application_name = 'shop-api' and state = 'idle')",
  'prepared transactions': 'select gid from pg_prepared_xacts',
  relations:
    "select relkind::text || ' ' || oid::regclass || ' ' || relrowsecurity || ' ' || coalesce(relacl::text, '-') || coalesce(reloptions::text, '') from pg_class where relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace)",
  columns:
    "select table_name || '.' || column_name || ' ' || data_type || ' ' || coalesce(column_default, '-') || is_nullable from information_schema.columns where table_schema = 'public'",
  'triggers and functions':
    "select tgname::text from pg_trigger where not tgisinternal union all select proname::text from pg_proc where pronamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) union all select conname::text from pg_constraint where connamespace = 'public'::regnamespace union all select polname::text from pg_policy union all select nspname::text from pg_namespace where nspname !~ '^pg_(toast_)?temp' union all select extname::text from pg_extension",
  users: 'select to_jsonb(u)::text from users u',
}

/** On the port of its own, past wires and statement link: they are looked at as well. */
async function databaseHoldings(sandbox: LiveSandbox): Promise<Holdings> {
  const { PGDATABASE, PGPASSWORD, PGUSER } = await sandbox.environment()
  const [, , , port, , host] = readFileSync(join(sandbox.folder, 'postgres', 'postmaster.pid'), 'utf8').split(
    '\n',
  )
  const client = new pg.Client({
    host: host?.trim(),
    port: Number(port),
    user: PGUSER,
    password: PGPASSWORD,
    database: PGDATABASE,
    connectionTimeoutMillis: 5_000,
    query_timeout: 10_000,
    application_name: 'holdings',
  })
  client.on('error', () => {})
  await client.connect()
  try {
    const answers: Record<string, readonly string[]> = {}
    for (const [part, question] of Object.entries(questions)) {
      const { rows } = await client.query<[string]>({ text: question, rowMode: 'array' })
      answers[part] = rows.map(([line]) => line).sort()
    }
    return answers
  } finally {
    await client.end()
  }
}

/** Without what is counted: the sandbox counts the packets of all its calls, whatever is armed. */
function rulesOf(nft: string): readonly string[] {
  const uncounted = nft
    .replaceAll(/elements = \{[^}]*\}/g, '')
    .replaceAll(/counter packets \d+ bytes \d+/g, 'counter')
  return uncounted.split('\n').flatMap((line) => line.trim() || [])
}

/** Postgres starts helpers as it likes; the API's port stands behind it once it was started again. */
function processes(sandbox: LiveSandbox): readonly string[] {
  const ownWay = /^postgres: (app shop .* idle|autovacuum worker|logical replication launcher|io worker)/
  return sandbox
    .processes()
    .filter((line) => !ownWay.test(line))
    .map((line) => line.replace(/(\/api\/process\/main\.ts \S+) \d+$/, '$1'))
}

async function linesOf(printing: Promise<{ readonly output: string }>): Promise<readonly string[]> {
  return (await printing).output.split('\n').filter((line) => line !== '')
}
