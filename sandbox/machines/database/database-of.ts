import type { AdminConnection } from './admin.ts'
import type { Database } from './database.ts'
import { statePoint } from './database-states.ts'
import type { PostgresServer } from './server.ts'
import { shopReset } from './shop.ts'

/**
 * What a provider's database can do, once it is up: whoever started it, its administrator does the rest.
 * @param server its processes, where they are the provider's to signal.
 */
export function databaseOf(
  admin: AdminConnection,
  provided: Pick<Database, 'provider' | 'provides' | 'version' | 'target' | 'stop'>,
  server?: PostgresServer,
): Database {
  const point = statePoint({ admin, target: provided.target, server }, provided)
  return {
    ...provided,
    admin: admin.target,
    point: () => point,
    reset: async () => {
      await admin.query(shopReset)
    },
  }
}
