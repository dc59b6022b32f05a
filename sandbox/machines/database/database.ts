import type { RunDirectory } from '../../host/lifetime/run-directory.ts'
import type { Watchdog } from '../../host/lifetime/watchdog.ts'
import type { Breakable } from '../shared/breakable.ts'
import type { DatabaseNeed, DatabasePlan } from './database-points.ts'

/** Where a Postgres is, and how to log in. */
export interface DatabaseTarget {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

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
  /** Lets `url` name a host that is not this one. */
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
  /** The run's own Postgres has ended, though the run did not end it. */
  readonly onDeath?: (reason: string) => void
}
