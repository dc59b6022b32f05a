import { setTimeout as delay } from 'node:timers/promises'
import type { Pool, PoolClient, QueryResult, QueryResultRow } from 'pg'
import { nowMs } from '../../../host/clock.ts'
import { library } from '../../../host/libraries/library.ts'
import type { DatabaseTarget } from '../../database/database.ts'
import { pgStream } from '../../shared/pg-stream.ts'
import { digestOf, generatedColumns, Origins } from './origins.ts'
import { Refusal } from './refusal.ts'
import { observe } from './runner.ts'

/** The API's limits towards its database, in milliseconds. Scenarios rely on them. */
const connectTimeoutMs = 1_000
const statementTimeoutMs = 1_000
/** Larger than the server's own limit: it acts only where the server cannot (a dead link, a stopped server). */
const queryTimeoutMs = 1_500
const connectionsMax = 5

/** How long, and how often, the first connection is tried while the database is still coming up. */
const warmUpMs = 5_000
const warmUpEveryMs = 10

/** Runs one statement for one request. `step` names the statement in the SQL that goes out: `users.list`. */
export type RunQuery = <Row extends QueryResultRow>(
  step: string,
  sql: string,
  values?: readonly unknown[],
) => Promise<Row[]>

/**
 * The API's way to its database. It throws a Refusal (503 `database_unavailable`, 504 `database_timeout`)
 * where the database did not answer, and pg's own error where it answered with one.
 */
export class Database {
  readonly #pool: Promise<Pool>
  /** Of the requests that are under way. */
  readonly #origins = new Map<string, Origins>()
  readonly #generated = new Set<string>()
  #targetKnown: (target: DatabaseTarget) => void = () => {}

  constructor() {
    const target = new Promise<DatabaseTarget>((resolve) => {
      this.#targetKnown = resolve
    })
    this.#pool = target.then((known) => openPool(known, (column) => this.#generated.add(column)))
  }

  /** Every query waits until this has been called. */
  connectTo(target: DatabaseTarget): void {
    this.#targetKnown(target)
  }

  originsOf(request: string): Origins {
    const origins = this.#origins.get(request) ?? new Origins(this.#generated)
    this.#origins.set(request, origins)
    return origins
  }

  /** The request is over. */
  forget(request: string): void {
    this.#origins.delete(request)
  }

  /** One statement, on any connection of the pool. */
  async query<Row extends QueryResultRow>(
    request: string,
    step: string,
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    const statement = tagged(request, step, sql)
    const client = await this.#checkOut(request, statement, values)
    try {
      const result = await this.#run(client, request, statement, values)
      client.release()
      return result.rows as Row[]
    } catch (error) {
      client.release(endsSession(error))
      throw refusalForQuery(error)
    }
  }

  /** All of `work`'s statements in one transaction: COMMIT when it returns, ROLLBACK when it throws. */
  async transaction<Result>(request: string, name: string, work: (query: RunQuery) => Promise<Result>) {
    const begin = tagged(request, `${name}.begin`, 'BEGIN')
    const client = await this.#checkOut(request, begin)
    let isLost = false
    const perform = async (statement: string, values: readonly unknown[]) => {
      try {
        return await this.#run(client, request, statement, values)
      } catch (error) {
        isLost = endsSession(error)
        throw refusalForQuery(error)
      }
    }
    const query = async (step: string, sql: string, values: readonly unknown[] = []) => {
      const statement = tagged(request, `${name}.${step}`, sql)
      observe({ what: 'query', request, statement, parameters: parametersOf(values) })
      return perform(statement, values)
    }
    try {
      await perform(begin, [])
      const done = await work(async (step, sql, values) => (await query(step, sql, values)).rows as never)
      const commit = await query('commit', 'COMMIT')
      // Postgres answers the COMMIT of a failed transaction with success and the tag ROLLBACK.
      if (commit.command !== 'COMMIT') throw new Error(`API: COMMIT was answered with ${commit.command}`)
      return done
    } catch (error) {
      // On a lost session, or behind a statement that never answers, a ROLLBACK would only wait too.
      if (!isLost) await query('rollback', 'ROLLBACK').catch(() => {})
      throw error
    } finally {
      client.release(isLost)
    }
  }

  async #run(
    client: PoolClient,
    request: string,
    statement: string,
    values: readonly unknown[],
  ): Promise<QueryResult> {
    try {
      const result = await client.query(statement, [...values])
      const digest = this.originsOf(request).rows(result.fields, result.rows as Record<string, unknown>[])
      observe({ what: 'result', request, statement, rows: result.rowCount ?? 0, digest })
      return result
    } catch (error) {
      observe({ what: 'result', request, statement, ...codeOf(error) })
      throw error
    }
  }

  async #checkOut(request: string, statement: string, values: readonly unknown[] = []): Promise<PoolClient> {
    const pool = await this.#pool
    observe({ what: 'query', request, statement, parameters: parametersOf(values) })
    try {
      return await pool.connect()
    } catch (error) {
      observe({ what: 'result', request, statement, ...codeOf(error) })
      // No connection: a closed port, a refused login, a full pool. pg gives most of these no code at all.
      throw new Refusal(503, 'database_unavailable', { cause: error })
    }
  }
}

/** Resolves when its first connection is open; where the database does not answer, when a request may as well learn that. */
async function openPool(target: DatabaseTarget, onGenerated: (column: string) => void): Promise<Pool> {
  const pool = new (library('pg').Pool)({
    ...target,
    application_name: 'shop-api',
    stream: pgStream,
    max: connectionsMax,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: queryTimeoutMs,
  })
  // A connection that dies while no query uses it must not end the process: the next query says what is wrong.
  // The pool listens only to idle connections; one that is checked out between two statements needs its own.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  await Promise.race([warmUp(pool, onGenerated), delay(connectTimeoutMs, undefined, { ref: false })])
  return pool
}

/**
 * Opens the first connection before the first request, so that no request pays for the login, and learns which columns
 * Postgres fills in by itself: told without that, the same rows would be others than those of a later call.
 */
async function warmUp(pool: Pool, onGenerated: (column: string) => void): Promise<void> {
  const deadlineMs = nowMs() + warmUpMs
  while (nowMs() < deadlineMs) {
    try {
      const { rows } = await pool.query<{ table: number; column: number }>(generatedColumns)
      for (const { column, table } of rows) onGenerated(`${table}.${column}`)
      return
    } catch {
      await delay(warmUpEveryMs)
    }
  }
}

/** By this tag a machine between the API and Postgres can tell which statement of which request it sees. */
function tagged(request: string, step: string, sql: string): string {
  return `/* step=${step} req=${request} */ ${sql}`
}

/** A digest of the values, in their order. */
function parametersOf(values: readonly unknown[]): string {
  return digestOf(JSON.stringify(values))
}

interface PgError {
  readonly code?: string
  readonly severity?: string
  readonly message: string
}

/** What the server said has a severity and its SQLSTATE as `code`; a socket's error has only a `code`. */
function codeOf(error: unknown): { sqlstate: string } | { code: string } {
  const { code, severity, message } = error as PgError
  if (code !== undefined && severity !== undefined) return { sqlstate: code }
  return { code: code ?? message }
}

/** After FATAL, a broken socket or pg's own query timeout the session is gone or out of step. */
function endsSession(error: unknown): boolean {
  return (error as PgError).severity !== 'ERROR'
}

/** pg gives its own query timeout no code: only the text tells it from a lost connection. */
const queryTimeoutMessage = 'Query read timeout'

function refusalForQuery(error: unknown): unknown {
  const { code = '', severity, message } = error as PgError
  if (code === '57014' || message === queryTimeoutMessage) {
    return new Refusal(504, 'database_timeout', { cause: error })
  }
  // 08 connection exception, 53 insufficient resources, 57P operator intervention (PostgreSQL, Appendix A);
  // any FATAL ended the session, and what has no severity was not said by the server at all.
  if (severity !== 'ERROR' || /^(08|53|57P)/.test(code)) {
    return new Refusal(503, 'database_unavailable', { cause: error })
  }
  return error
}
