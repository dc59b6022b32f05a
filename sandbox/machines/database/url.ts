import { PartFailure } from '../../errors/part-failure.ts'
import { machineId } from '../../host/lifetime/machine-id.ts'
import { ownerLives } from '../../host/lifetime/run-directory.ts'
import { AdminConnection, identifier } from './admin.ts'
import type { Database, DatabaseOptions, DatabaseTarget } from './database.ts'
import { databaseOf } from './database-of.ts'
import type { DatabaseNeed } from './database-points.ts'
import { drawPassword, dropDatabase, dropRole, furnish } from './furnish.ts'

/** What acts on the whole server is refused: other programs may be using it. */
const provides: readonly DatabaseNeed[] = ['sql']

/**
 * A database of the run's own on a server that is not the run's, with a plain role of its own where the
 * user may create roles. Both are dropped on stop, or by the next run when this one dies.
 *
 * @throws Error when the server cannot be reached, or its user may not create databases.
 */
export async function openByUrl(server: DatabaseTarget, { run }: DatabaseOptions): Promise<Database> {
  const maintenance = new AdminConnection(server)
  try {
    const rights = await readRights(maintenance, server)
    await dropDead(maintenance)
    const name = `faultpath_${machineId()}_${run.id.replaceAll('-', '_')}`
    const names = {
      database: name,
      ...(rights.mayCreateRoles ? { role: { name, password: drawPassword() } } : {}),
    }
    const { target, admin, drop } = await furnish(maintenance, names)
    return databaseOf(admin, {
      provider: 'url',
      provides,
      version: rights.version,
      target,
      stop: async () => {
        await drop()
        await maintenance.close()
      },
    })
  } catch (cause) {
    await maintenance.close()
    throw new PartFailure(`database ${server.host}:${server.port}: ${(cause as Error).message}`, { cause })
  }
}

interface Rights {
  readonly version: string
  readonly mayCreateRoles: boolean
}

async function readRights(maintenance: AdminConnection, { user }: DatabaseTarget): Promise<Rights> {
  const [row] = await maintenance.query(
    `SELECT current_setting('server_version') AS version, rolsuper OR rolcreatedb AS databases,
      rolsuper OR rolcreaterole AS roles FROM pg_roles WHERE rolname = current_user`,
  )
  if (row?.['databases'] !== true) {
    throw new PartFailure(
      `expected user ${user} to have the right to create databases. Give it: ALTER ROLE ${identifier(user)} CREATEDB`,
    )
  }
  const [version = ''] = String(row['version']).split(' ')
  return { version, mayCreateRoles: row['roles'] === true }
}

async function dropDead(maintenance: AdminConnection): Promise<void> {
  const ours = new RegExp(`^faultpath_${machineId()}_(\\d+_\\d+(?:_\\d+)?)$`)
  const isDead = (name: unknown): boolean => {
    const [, id] = ours.exec(String(name)) ?? []
    return id !== undefined && ownerLives(id.replaceAll('_', '-')) === false
  }
  const databases = await maintenance.query('SELECT datname AS name FROM pg_database')
  const roles = await maintenance.query('SELECT rolname AS name FROM pg_roles')
  try {
    for (const { name } of databases) if (isDead(name)) await dropDatabase(maintenance, String(name))
    for (const { name } of roles) if (isDead(name)) await dropRole(maintenance, String(name))
  } catch {
    // Another run sweeps at the same time, or they belong to another user of the server. Ours does not depend on it.
  }
}
