import type { Evidence } from '../shared/breakable.ts'
import type { AdminConnection } from './admin.ts'
import type { DatabaseTarget } from './database.ts'
import type { PostgresServer } from './server.ts'

/** What a state is made with. */
export interface DatabaseParts {
  readonly admin: AdminConnection
  /** As the API logs in. */
  readonly target: DatabaseTarget
  /** Its processes; undefined where the provider does not give `process`. */
  readonly server: PostgresServer | undefined
}

/** One arming of a state: it remembers what it takes to undo it. */
export interface DatabaseArming {
  apply(): Promise<void>
  /** Also what is half there or gone. */
  undo(): Promise<void>
  evidence(): Promise<Evidence>
}
