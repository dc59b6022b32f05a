import type { AdminConnection } from './admin.ts'
import type { Database } from './database.ts'
import { statePoint } from './database-states.ts'
import { shopReset } from './shop.ts'

/** What a provider's database can do, once it is up: whoever started it, its administrator does the rest. */
export function databaseOf(
  admin: AdminConnection,
  provided: Pick<Database, 'provider' | 'provides' | 'version' | 'target' | 'stop'>,
): Database {
  const point = statePoint(admin, provided)
  return {
    ...provided,
    admin: admin.target,
    point: () => point,
    reset: async () => {
      await admin.query(shopReset)
    },
  }
}
