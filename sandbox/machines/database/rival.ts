import { setTimeout as sleep } from 'node:timers/promises'
import { AdminConnection } from './admin.ts'

const lookEveryMs = 5

export interface RivalOptions {
  /** Of the rival's session, once. */
  readonly settings?: string
  /** What it does in a transaction before an order comes. */
  readonly before: string
  /** What it does as soon as an order waits for it. */
  readonly meanwhile: string
}

/** A second session that has locked what an order wants, waits until one does, and then does something else. */
export class Rival {
  readonly #options: RivalOptions
  readonly #admin: AdminConnection
  readonly #session: AdminConnection
  #pid = 0
  #isOver = false
  #met = 0
  #working: Promise<void> = Promise.resolve()
  /** What it does while an order waits. */
  #meeting: Promise<unknown> = Promise.resolve()

  constructor(admin: AdminConnection, options: RivalOptions) {
    this.#admin = admin
    this.#options = options
    this.#session = new AdminConnection(admin.target)
  }

  async start(): Promise<void> {
    const { settings } = this.#options
    if (settings !== undefined) await this.#session.query(settings)
    const [row] = await this.#session.query('SELECT pg_backend_pid() AS pid')
    this.#pid = Number(row?.['pid'])
    await this.#begin()
    this.#working = this.#work()
  }

  /** How many orders it has met. The order may learn of it first. */
  async met(): Promise<number> {
    await this.#meeting
    return this.#met
  }

  /** Safe to repeat, and before it has started. */
  async end(): Promise<void> {
    this.#isOver = true
    // A session that waits for a row hears nothing until its statement is cancelled.
    await this.#admin.query('SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = $1', [this.#pid])
    await this.#working
    await this.#session.close()
  }

  async #begin(): Promise<void> {
    await this.#session.query('BEGIN')
    await this.#session.query(this.#options.before)
  }

  async #work(): Promise<void> {
    while (!this.#isOver) {
      const waiting = await this.#admin.query(
        'SELECT pid FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))',
        [this.#pid],
      )
      if (waiting.length === 0) {
        await sleep(lookEveryMs, undefined, { ref: false })
        continue
      }
      this.#meeting = this.#meet()
      await this.#meeting
      if (!this.#isOver) await this.#begin()
    }
    await this.#session.query('ROLLBACK').catch(() => {})
  }

  async #meet(): Promise<void> {
    try {
      await this.#session.query(this.#options.meanwhile)
      this.#met += 1
    } catch {
      // Cancelled by healing.
    }
    await this.#session.query('ROLLBACK')
  }
}
