import { InvalidInput } from '../../invalid-input.ts'
import type { RunDirectory } from '../lifetime/run-directory.ts'
import type { Watchdog } from '../lifetime/watchdog.ts'
import type { Breakable } from '../machine.ts'
import type { DatabaseState } from './sql-states.ts'

export type { DatabaseState } from './sql-states.ts'

/** Where a Postgres is, and how to log in. */
export interface DatabaseTarget {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

/** What holds in the database while the fault is armed. */
export interface DatabasePlan {
  readonly state: DatabaseState
}

/**
 * What a state needs from the provider:
 * - `sql`: the shop's tables, as their owner.
 * - `superuser`: what acts on the whole cluster: ALTER SYSTEM, sessions of others, limits of roles.
 * - `process`: signals to the server's processes.
 * - `files`: its data directory.
 */
export const databaseNeeds = ['sql', 'superuser', 'process', 'files'] as const

export type DatabaseNeed = (typeof databaseNeeds)[number]

/** Postgres that a run starts for itself. The first is the default. */
export const databaseProviders = ['embedded', 'testcontainers'] as const

/** A Postgres with the shop in a database that this run created. */
export interface Database {
  readonly provider: 'embedded' | 'testcontainers' | 'url'
  readonly provides: readonly DatabaseNeed[]
  /** Of the server: `18.4`. */
  readonly version: string
  /** As the API logs in: a plain role, since limits, REVOKE and row security do not reach a superuser. */
  readonly target: DatabaseTarget
  /** As the sandbox logs in, to the same database. */
  readonly admin: DatabaseTarget
  /** The server's first process, when it is ours. */
  readonly processId?: number
  /** Puts the shop's rows back to the seeded state. */
  reset(): Promise<void>
  point(): Breakable<DatabasePlan>
  /** Ends it; what the run created is gone afterwards. Safe to repeat. */
  stop(): Promise<void>
}

export interface DatabaseOptions {
  readonly provider?: (typeof databaseProviders)[number]
  /** An existing Postgres: `postgres://user:password@host:port/database`. Takes the place of `provider`. */
  readonly url?: string
  /** Lets `url` name a host that is not this machine. */
  readonly allowRemote?: boolean
  /** The loopback address an embedded Postgres listens on. */
  readonly address: string
  readonly run: RunDirectory
  readonly watchdog: Watchdog
  /** Gives up on a container that is still coming up. */
  readonly signal?: AbortSignal
  /** An embedded Postgres is on its way. */
  readonly onSpawn?: () => void
  /** What takes long enough to say it, as a line for people. */
  readonly onProgress?: (line: string) => void
  /** The run's own Postgres has ended, and nobody asked it to. */
  readonly onDeath?: (reason: string) => void
}

/**
 * Opens the database of a run: from the cache 80 ms, the first time on a machine about a second.
 *
 * @throws Error when it cannot be had; the message says why, and what to do.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  if (options.url === undefined && options.provider === 'testcontainers') {
    const { openInContainer } = await import('./containers.ts')
    return await openInContainer(options)
  }
  if (options.url === undefined) {
    const { openEmbedded } = await import('./embedded.ts')
    return await openEmbedded(options)
  }
  const server = parseDatabaseUrl(options.url, options.allowRemote)
  const { openByUrl } = await import('./url.ts')
  return await openByUrl(server, options)
}

/** @throws InvalidInput when the URL is not one of Postgres, or leads off this machine without leave. */
export function parseDatabaseUrl(url: string, allowRemote = false): DatabaseTarget {
  const parsed = URL.parse(url)
  if (parsed === null || !/^postgres(ql)?:$/.test(parsed.protocol) || parsed.hostname === '') {
    throw new InvalidInput(
      'database url',
      'expected postgres://user:password@host:port/database, saw something else',
      { next: 'A password with special characters must be percent-encoded.' },
    )
  }
  const host = decodeURIComponent(parsed.hostname).replace(/^\[(.*)\]$/, '$1')
  if (!allowRemote && !isLoopback(host)) {
    throw new InvalidInput('database url', `expected a host on this machine, saw ${host}`, {
      next: 'Faults would reach a server that others may use: allow a remote database only if nobody does.',
    })
  }
  const user = decodeURIComponent(parsed.username) || 'postgres'
  return {
    host,
    port: Number(parsed.port || 5432),
    user,
    password: decodeURIComponent(parsed.password),
    database: decodeURIComponent(parsed.pathname.slice(1)) || user,
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
