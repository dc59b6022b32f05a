import { isStopped } from '../../host/lifetime/process-identity.ts'
import type { Evidence } from '../shared/breakable.ts'
import { countOf } from '../shared/evidence-words.ts'
import type { DatabaseArming, DatabaseParts } from './database-arming.ts'
import type { StateOf } from './database-points.ts'
import type { PostgresServer } from './server.ts'
import { endSessions } from './sessions.ts'

/**
 * The API's sessions are ended before, so that each of its calls meets the same: a connection that is accepted, and
 * nothing after it. The sandbox's own session is frozen with the rest.
 */
export class FrozenArming implements DatabaseArming {
  readonly #parts: DatabaseParts
  readonly #server: PostgresServer

  constructor(_state: StateOf<'frozen'>, parts: DatabaseParts) {
    this.#parts = parts
    this.#server = parts.server!
  }

  async apply(): Promise<void> {
    await endSessions(this.#parts)
    await this.#server.freeze()
  }

  async undo(): Promise<void> {
    this.#server.thaw()
    await this.#server.startAgain()
    await this.#parts.admin.untilAnswered()
  }

  async evidence(): Promise<Evidence> {
    const { processes } = this.#server
    const moving = processes.filter((pid) => !isStopped(pid)).length
    if (moving > 0 || processes.length === 0) {
      const text = `${moving} of ${countOf(processes.length, 'process', 'processes')} of Postgres did not stand still`
      return { fired: 0, text }
    }
    const all = countOf(processes.length, 'process', 'processes')
    return { fired: 1, text: `Postgres stood still: all of its ${all}`, isProbed: true }
  }
}
