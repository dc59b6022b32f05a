import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory, discardEntry, isWhole } from '../../host/lifetime/cache.ts'
import { AdminConnection } from './admin.ts'
import { findBinaries, postgresAccount } from './binaries.ts'
import type { Database, DatabaseOptions, DatabaseTarget } from './database.ts'
import { databaseOf } from './database-of.ts'
import type { DatabaseNeed } from './database-points.ts'
import { type Launch, makeDataDirectory } from './launch.ts'
import { PostgresServer } from './server.ts'
import {
  appRole,
  buildTemplate,
  type Passwords,
  readTemplate,
  shopDatabase,
  superuser,
  type Template,
  templatePath,
  writeRoles,
} from './template.ts'

const provides: readonly DatabaseNeed[] = ['sql', 'superuser', 'process', 'files']

/** A Postgres of the run's own, started from a cached cluster in the run's directory. */
export async function openEmbedded(options: DatabaseOptions): Promise<Database> {
  const { address, run, watchdog } = options
  const binaries = await findBinaries()
  const launch: Launch = { binaries, account: postgresAccount(binaries.postgres), address, run, watchdog }
  const { passwords, server, template } = await startFromTemplate(launch, options)

  const login = { host: address, port: server.port, database: shopDatabase }
  const target: DatabaseTarget = { ...login, user: appRole, password: passwords.app }
  const admin = new AdminConnection({ ...login, user: superuser, password: passwords.postgres })
  const stop = async () => {
    await server.stop('immediate')
    await admin.close()
  }
  return databaseOf(
    admin,
    { provider: 'embedded', provides, version: template.version, target, stop },
    server,
  )
}

async function startFromTemplate(
  launch: Launch,
  { onProgress, onDeath, onSpawn, signal }: DatabaseOptions,
): Promise<{ passwords: Passwords; server: PostgresServer; template: Template }> {
  const path = templatePath(cacheDirectory(), launch)
  const start = async (template: Template) => {
    const data = makeDataDirectory(launch, 'postgres')
    const passwords = writeRoles(launch, data, template)
    const server = await PostgresServer.start(launch, data, { cluster: template.cluster, onDeath, onSpawn })
    return { passwords, server, template }
  }
  const cached = readTemplate(path)
  if (cached !== undefined) {
    try {
      return await start(cached)
    } catch (error) {
      // Other runs use it: whatever this run met, a whole template has no part in it.
      if (signal?.aborted === true || isWhole(path)) throw error
      rmSync(join(launch.run.path, 'postgres'), { recursive: true, force: true })
    }
  }
  // What a power failure cut short must not fail every run from then on.
  if (existsSync(path) && !isWhole(path)) discardEntry(path, launch.run.id)
  onProgress?.(`database: building the Postgres cache, once, in ${path}`)
  return await start(await buildTemplate(launch, path))
}
