import type { Evidence } from '../shared/breakable.ts'
import type { DatabaseArming, DatabaseParts } from './database-arming.ts'
import type { StateOf } from './database-points.ts'
import type { PostgresServer } from './server.ts'
import { loginProblem } from './sessions.ts'

export class PostmasterKilledArming implements DatabaseArming {
  readonly #parts: DatabaseParts
  readonly #server: PostgresServer

  constructor(_state: StateOf<'postmaster-killed'>, parts: DatabaseParts) {
    this.#parts = parts
    this.#server = parts.server!
  }

  async apply(): Promise<void> {
    await this.#parts.admin.endSession()
    await this.#server.kill()
  }

  async undo(): Promise<void> {
    await this.#server.startAgain()
    await this.#parts.admin.untilAnswered()
  }

  evidence(): Promise<Evidence> {
    return endedEvidence(this.#parts)
  }
}

/** Of a Postgres whose processes are gone. */
export async function endedEvidence({ target }: DatabaseParts): Promise<Evidence> {
  const problem = await loginProblem(target)
  return problem === 'ECONNREFUSED'
    ? { fired: 1, text: 'Postgres had ended, and its port refused connections', isProbed: true }
    : { fired: 0, text: `Postgres had not ended: a login ${problem ?? 'succeeded'}` }
}
