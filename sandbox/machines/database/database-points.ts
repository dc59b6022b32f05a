/** Every statement that reads `table` sleeps inside Postgres for `sleepMs` before it gets its first row. */
export interface SlowTable {
  readonly kind: 'slow-table'
  readonly table: string
  readonly sleepMs: number
}

export type DatabaseState = SlowTable

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
