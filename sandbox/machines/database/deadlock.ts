import { setTimeout as sleep } from 'node:timers/promises'
import type { Evidence } from '../shared/breakable.ts'
import { countedWords, countOf, wasOf } from '../shared/evidence-words.ts'
import { AdminConnection } from './admin.ts'
import type { DatabaseArming, DatabaseParts } from './database-arming.ts'
import type { StateOf } from './database-points.ts'

const lookEveryMs = 5

/** Longer than any call: Postgres looks for a deadlock in the session that has waited for its own deadlock_timeout. */
const patienceMs = 600_000

/**
 * A second session locks the row of the user that an order names, waits until an order waits for that row, and then
 * asks for the product's row, which the order has locked. The order's session looks for the deadlock first, and is the
 * one that Postgres ends (40P01).
 */
export class DeadlockArming implements DatabaseArming {
  readonly #state: StateOf<'deadlock'>
  readonly #admin: AdminConnection
  readonly #other: AdminConnection
  #isOver = false
  #deadlocks = 0
  #working: Promise<void> = Promise.resolve()

  constructor(state: StateOf<'deadlock'>, { admin }: DatabaseParts) {
    this.#state = state
    this.#admin = admin
    this.#other = new AdminConnection(admin.target)
  }

  async apply(): Promise<void> {
    await this.#other.query(`SET deadlock_timeout = ${patienceMs}`)
    await this.#lockUser()
    this.#working = this.#work()
  }

  async undo(): Promise<void> {
    this.#isOver = true
    // A session that waits for a row hears nothing until its statement is cancelled.
    await this.#admin.query(`SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = $1`, [
      await this.#pid(),
    ])
    await this.#working
    await this.#other.close()
  }

  async evidence(): Promise<Evidence> {
    const count = this.#deadlocks
    return {
      fired: count,
      ...countedWords(
        countOf(count, 'transaction'),
        ` ${wasOf(count)} ended in a deadlock with a second session`,
      ),
    }
  }

  #processId: Promise<number> | undefined

  #pid(): Promise<number> {
    this.#processId ??= this.#other
      .query('SELECT pg_backend_pid() AS pid')
      .then(([row]) => Number(row?.['pid']))
    return this.#processId
  }

  async #lockUser(): Promise<void> {
    await this.#pid()
    await this.#other.query('BEGIN')
    await this.#other.query('SELECT FROM users WHERE id = $1 FOR UPDATE', [this.#state.userId])
  }

  async #work(): Promise<void> {
    const pid = await this.#pid()
    while (!this.#isOver) {
      const waiting = await this.#admin.query(
        'SELECT pid FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))',
        [pid],
      )
      if (waiting.length === 0) {
        await sleep(lookEveryMs, undefined, { ref: false })
        continue
      }
      try {
        await this.#other.query('SELECT FROM products WHERE id = $1 FOR UPDATE', [this.#state.productId])
        // The row was the order's: it is free since the order's transaction was ended.
        this.#deadlocks += 1
      } catch {
        // Cancelled by healing.
      }
      await this.#other.query('ROLLBACK')
      if (!this.#isOver) await this.#lockUser()
    }
    await this.#other.query('ROLLBACK').catch(() => {})
  }
}
