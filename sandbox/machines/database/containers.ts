import { AdminConnection } from './admin.ts'
import { mark, unmark } from './container-marks.ts'
import type { Database, DatabaseOptions } from './database.ts'
import { databaseOf } from './database-of.ts'
import type { DatabaseNeed } from './database-points.ts'
import { containerEngine, removeDead } from './engine.ts'
import { drawPassword, furnish } from './furnish.ts'
import { PostgresContainer } from './postgres-container.ts'
import { appRole, shopDatabase } from './template.ts'

/** The whole cluster is the run's own. Its processes and files may be in a virtual machine: not ours to signal. */
const provides: readonly DatabaseNeed[] = ['sql', 'superuser']

const defaultImage = 'postgres:18-alpine'

/**
 * A Postgres in a container of the run's own (testcontainers), from the image FAULTPATH_POSTGRES_IMAGE names.
 * It is removed on stop, or by the next run when this one dies.
 *
 * @throws Error when no engine answers, the image cannot be had, or Postgres does not come up; with its log.
 */
export async function openInContainer(options: DatabaseOptions): Promise<Database> {
  const { run, onProgress, onDeath, signal } = options
  const image = process.env['FAULTPATH_POSTGRES_IMAGE'] || defaultImage
  const client = await containerEngine()
  const role = { name: appRole, password: drawPassword() }
  const names = { database: shopDatabase, role }
  const onRestart = async () => {
    const { admin } = await furnish(maintenance, names)
    await admin.close()
  }
  mark(run.id)
  const [container] = await Promise.all([
    PostgresContainer.start({
      ...{ client, image, runId: run.id, password: drawPassword(), onRestart },
      ...(signal === undefined ? {} : { signal }),
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(onDeath === undefined ? {} : { onDeath }),
    }).catch((error: unknown) => {
      unmark(run.id)
      throw error
    }),
    // Another run may sweep at the same time. Ours does not depend on it.
    removeDead(client).catch(() => {}),
  ])
  const maintenance = new AdminConnection(container.target)
  try {
    const [row] = await maintenance.query("SELECT current_setting('server_version') AS version")
    const { target, admin } = await furnish(maintenance, names)
    const [version = ''] = String(row?.['version']).split(' ')
    return databaseOf(admin, {
      provider: 'testcontainers',
      provides,
      version,
      target,
      stop: async () => {
        await container.stop()
        unmark(run.id)
        await Promise.all([admin.close(), maintenance.close()])
      },
    })
  } catch (error) {
    await container.stop()
    unmark(run.id)
    await maintenance.close()
    throw error
  }
}
