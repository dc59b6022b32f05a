import type { Evidence } from '../shared/breakable.ts'
import { countedWords, countOf, wasOf } from '../shared/evidence-words.ts'
import type { DatabaseArming, DatabaseParts } from './database-arming.ts'
import type { StateOf } from './database-points.ts'
import { Rival } from './rival.ts'

/** Longer than any call: Postgres looks for a deadlock in the session that has waited for its own deadlock_timeout. */
const patienceMs = 600_000

/**
 * A second session locks the row of the user that an order names, waits until an order waits for that row, and then
 * asks for the product's row, which the order has locked. The order's session looks for the deadlock first, and is the
 * one that Postgres ends (40P01); the row is free then.
 */
export class DeadlockArming implements DatabaseArming {
  readonly #rival: Rival

  constructor({ productId, userId }: StateOf<'deadlock'>, { admin }: DatabaseParts) {
    this.#rival = new Rival(admin, {
      settings: `SET deadlock_timeout = ${patienceMs}`,
      before: `SELECT FROM users WHERE id = ${userId} FOR UPDATE`,
      meanwhile: `SELECT FROM products WHERE id = ${productId} FOR UPDATE`,
    })
  }

  async apply(): Promise<void> {
    await this.#rival.start()
  }

  async undo(): Promise<void> {
    await this.#rival.end()
  }

  async evidence(): Promise<Evidence> {
    const count = await this.#rival.met()
    const counted = countOf(count, 'transaction')
    return {
      fired: count,
      ...countedWords(counted, ` ${wasOf(count)} ended in a deadlock with a second session`),
    }
  }
}
