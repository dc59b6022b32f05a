/** Every statement that reads `table` sleeps inside Postgres for `sleepMs` before it gets its first row. */
export interface SlowTable {
  readonly kind: 'slow-table'
  readonly table: string
  readonly sleepMs: number
}

/** A second session and the order that is being placed wait for each other; Postgres ends the order's. */
export interface Deadlock {
  readonly kind: 'deadlock'
  readonly productId: number
  readonly userId: number
}

/** Every statement that reads `table` makes its own session end: FATAL, SQLSTATE 57P01. */
export interface SessionTerminated {
  readonly kind: 'session-terminated'
  readonly table: string
}

/**
 * Every statement that reads `table` makes its own server process get SIGKILL. Postgres then ends all sessions, and lets
 * none in until it has recovered.
 */
export interface BackendKilled {
  readonly kind: 'backend-killed'
  readonly table: string
}

/**
 * Every statement that reads `table` makes its own server process stop (SIGSTOP): it is never answered, and no limit of
 * Postgres's ends it. All other sessions go on.
 */
export interface BackendStopped {
  readonly kind: 'backend-stopped'
  readonly table: string
}

/**
 * Postgres was told to end.
 * - `smart`: it lets no session in (57P03), and waits for the last one to end, which never does.
 * - `fast`, `immediate`: it is gone, and its port refuses connections.
 */
export interface ShutDown {
  readonly kind: 'shut-down'
  readonly mode: 'smart' | 'fast' | 'immediate'
}

/** The postmaster got SIGKILL, and its other processes are gone too: the port refuses connections. */
export interface PostmasterKilled {
  readonly kind: 'postmaster-killed'
}

/**
 * Every process of Postgres is stopped (SIGSTOP). The kernel accepts connections for it, and none is answered. The
 * API's sessions were ended before.
 */
export interface Frozen {
  readonly kind: 'frozen'
}

export type DatabaseState =
  | SlowTable
  | Deadlock
  | SessionTerminated
  | BackendKilled
  | BackendStopped
  | ShutDown
  | PostmasterKilled
  | Frozen

export type StateOf<Kind extends DatabaseState['kind']> = Extract<DatabaseState, { kind: Kind }>

/** What holds in the database while the fault is armed. */
export interface DatabasePlan {
  readonly state: DatabaseState
}

/**
 * What a state needs from the provider:
 * - `sql`: the shop's tables, as their owner.
 * - `superuser`: what acts on the whole cluster: ALTER SYSTEM, sessions of other roles, limits of roles.
 * - `process`: signals to the server's processes.
 * - `files`: its data directory.
 */
export const databaseNeeds = ['sql', 'superuser', 'process', 'files'] as const

export type DatabaseNeed = (typeof databaseNeeds)[number]
