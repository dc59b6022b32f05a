import { randomBytes } from 'node:crypto'
import { AdminConnection, identifier, literal } from './admin.ts'
import type { DatabaseTarget } from './database.ts'
import { shopReset, shopSchema } from './shop.ts'

/** The seeded shop, on a Postgres server that is up already: a container's, or one given by its URL. */
export interface Furnished {
  /** As the API logs in. */
  readonly target: DatabaseTarget
  /** As the sandbox logs in, to the same database. */
  readonly admin: AdminConnection
  /** Drops the database and the role. Works on what is half there or gone. */
  drop(): Promise<void>
}

export interface Names {
  readonly database: string
  /** A plain role to create for the API. Without it the API logs in as the server's user. */
  readonly role?: { readonly name: string; readonly password: string }
}

/**
 * Creates a database with the shop in it, and a role for the API.
 *
 * @param maintenance a connection to another database of that server, as a user with the right to create both.
 */
export async function furnish(maintenance: AdminConnection, { database, role }: Names): Promise<Furnished> {
  const server = maintenance.target
  const admin = new AdminConnection(loginTo(server, { ...server, database }))
  const { name: app, password } = role ?? { name: server.user, password: server.password }
  const drop = async (): Promise<void> => {
    await admin.close()
    await dropDatabase(maintenance, database)
    if (role !== undefined) await dropRole(maintenance, app)
  }
  try {
    if (role !== undefined) await createRole(maintenance, app, password)
    await maintenance.query(`CREATE DATABASE ${identifier(database)}`)
    await admin.query(shopSchema(app) + shopReset)
  } catch (error) {
    await drop().catch(() => {})
    throw error
  }
  return { target: loginTo(server, { user: app, password, database }), admin, drop }
}

/** No other user of this host can guess it. */
export function drawPassword(): string {
  return randomBytes(18).toString('base64url')
}

/** Another login to the same server. Its address is read each time: a restarted container has another port. */
function loginTo(
  server: DatabaseTarget,
  { user, password, database }: Pick<DatabaseTarget, 'user' | 'password' | 'database'>,
): DatabaseTarget {
  return {
    host: server.host,
    get port() {
      return server.port
    },
    user,
    password,
    database,
  }
}

async function createRole(maintenance: AdminConnection, role: string, password: string): Promise<void> {
  await maintenance.query(
    // The grant lets a user that is no superuser end the role's sessions, which healing and dropping need.
    `CREATE ROLE ${identifier(role)} LOGIN PASSWORD ${literal(password)}; GRANT ${identifier(role)} TO CURRENT_USER`,
  )
}

export async function dropRole(maintenance: AdminConnection, role: string): Promise<void> {
  await maintenance.query(`DROP ROLE IF EXISTS ${identifier(role)}`)
}

export async function dropDatabase(maintenance: AdminConnection, name: string): Promise<void> {
  await maintenance.query(`DROP DATABASE IF EXISTS ${identifier(name)} WITH (FORCE)`)
}
