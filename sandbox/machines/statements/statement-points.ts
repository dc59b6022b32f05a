import type { Rule } from '../shared/rules.ts'

/**
 * A statement on its way from the API to Postgres, as often as it is run: a simple query, or the Bind of a prepared
 * statement, which is known by the text of its Parse.
 */
export interface StatementEvent {
  /** As the API tags it: `users.list`, `orders.commit`; empty where it is not tagged. */
  readonly step: string
}

/**
 * What happens to a statement.
 *
 * - `delay`: it reaches Postgres `delayMs` later.
 * - `hang`: it never reaches Postgres, and is never answered.
 * - `lose-reply`: Postgres carries it out; its answer, and all that follows on that session, never arrives.
 * - `cut`: the session is reset, `before` Postgres got the statement or `after` it was carried out.
 * - `halve`: the first half of its rows arrives, rounded down, and the session is ended by a FIN.
 * - `error`: Postgres never gets it; an error with this SQLSTATE is written on the way. The state of the transaction
 *   is a true one: Postgres really gets a statement that fails, or for a COMMIT a ROLLBACK.
 */
export type StatementVerdict =
  | { readonly kind: 'delay'; readonly delayMs: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'lose-reply' }
  | { readonly kind: 'cut'; readonly when: 'before' | 'after' }
  | { readonly kind: 'halve' }
  | { readonly kind: 'error'; readonly sqlstate: string; readonly message: string }

export interface StatementPlan {
  readonly rules: readonly Rule<StatementEvent, StatementVerdict>[]
  readonly state?: never
}
