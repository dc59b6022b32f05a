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
 * What happens to a statement. What of it has not reached Postgres when the API closes the session never does.
 *
 * - `delay`: it reaches Postgres `delayMs` later, and all that the API says after it.
 * - `hang`: it never reaches Postgres, and neither does what follows. It is never answered.
 * - `lose-reply`: Postgres carries it out; its answer, and all that follows on that session, never arrives, not even
 *   the end of the session.
 * - `cut`: the session is reset, `before` Postgres got the statement, or `after` it was carried out and, outside a
 *   transaction, committed.
 * - `halve`: the first half of its rows arrives, rounded down, and the session is ended by a FIN. A statement that fails
 *   has no rows to halve: its error arrives.
 * - `error`: Postgres never gets it; an error with this SQLSTATE is written on the way. The state of the transaction
 *   is a true one: Postgres really gets a statement that fails, or for a COMMIT a ROLLBACK.
 *
 * Of a query with several statements all are meant, which is one event by the first one's tag; its first result is the
 * answer. A COPY is a statement like others, and its data rows.
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
