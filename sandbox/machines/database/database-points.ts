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

export type DatabaseState = SlowTable | Deadlock

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
