import { setTimeout as sleep } from 'node:timers/promises'
import { PartFailure } from '../../errors/part-failure.ts'
import type { Evidence } from '../shared/breakable.ts'
import type { DatabaseArming, DatabaseParts } from './database-arming.ts'
import type { StateOf } from './database-points.ts'
import { endedEvidence } from './postmaster-killed.ts'
import type { PostgresServer } from './server.ts'
import { endSessions, loginProblem } from './sessions.ts'

/** `the database system is shutting down` (PostgreSQL, Appendix A: cannot_connect_now). */
const cannotConnectNow = '57P03'

const beginWithinMs = 5_000
const lookEveryMs = 5

/** Smart, it waits for the last session: the one that the sandbox itself has open. */
export class ShutDownArming implements DatabaseArming {
  readonly #mode: StateOf<'shut-down'>['mode']
  readonly #parts: DatabaseParts
  readonly #server: PostgresServer

  constructor({ mode }: StateOf<'shut-down'>, parts: DatabaseParts) {
    this.#mode = mode
    this.#parts = parts
    this.#server = parts.server!
  }

  async apply(): Promise<void> {
    const { admin } = this.#parts
    if (this.#mode === 'smart') {
      await admin.query('SELECT 1')
      this.#server.beginSmartShutDown()
      await this.#untilBegun()
      // Ended earlier, the API could have opened others.
      await endSessions(this.#parts)
    } else {
      await admin.endSession()
      await this.#server.shutDown(this.#mode)
    }
  }

  async undo(): Promise<void> {
    const { admin } = this.#parts
    await admin.endSession()
    await this.#server.shutDown('fast')
    await this.#server.startAgain()
    await admin.untilAnswered()
  }

  async evidence(): Promise<Evidence> {
    if (this.#mode !== 'smart') return await endedEvidence(this.#parts)
    const problem = await loginProblem(this.#parts.target)
    return problem === cannotConnectNow
      ? { fired: 1, text: 'Postgres was shutting down, and let no session in', isProbed: true }
      : { fired: 0, text: `Postgres was not shutting down: a login ${problem ?? 'succeeded'}` }
  }

  async #untilBegun(): Promise<void> {
    const giveUpAtMs = performance.now() + beginWithinMs
    while ((await loginProblem(this.#parts.target)) !== cannotConnectNow) {
      if (performance.now() > giveUpAtMs) throw new PartFailure(`it let sessions in for ${beginWithinMs} ms`)
      await sleep(lookEveryMs)
    }
  }
}
