import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import { PartFailure } from '../../errors/part-failure.ts'
import { library } from '../../host/libraries/library.ts'
import { pgStream } from '../shared/pg-stream.ts'
import type { DatabaseTarget } from './database.ts'

/** Recovery of the small shop takes 100 to 300 ms; on a busy machine several times that. */
const answeredWithinMs = 10_000
const askEveryMs = 5

export type Row = Readonly<Record<string, unknown>>

/**
 * The sandbox's own connection to a database, opened when it is first needed (`pg` takes 18 ms to load) and
 * again when it was cut.
 */
export class AdminConnection {
  readonly target: DatabaseTarget
  #client: Promise<Client> | undefined
  #isClosed = false

  constructor(target: DatabaseTarget) {
    this.target = target
  }

  /**
   * Runs SQL and returns the rows of its last statement. Several statements without values are one
   * transaction (PostgreSQL manual, "Multiple Statements in a Simple Query").
   *
   * @throws DatabaseError with the SQLSTATE in `code`.
   */
  async query(sql: string, values?: readonly unknown[]): Promise<readonly Row[]> {
    const client = await this.#session()
    const result: unknown = await (values === undefined ? client.query(sql) : client.query(sql, [...values]))
    const last = (Array.isArray(result) ? result.at(-1) : result) as { rows?: readonly Row[] } | undefined
    return last?.rows ?? []
  }

  /**
   * Resolves when the server answers: a crash ends every session, and until it has recovered it lets none in.
   * @throws Error with the reason of the last attempt.
   */
  async untilAnswered(): Promise<void> {
    const giveUpAtMs = performance.now() + answeredWithinMs
    for (;;) {
      try {
        await this.query('SELECT 1')
        return
      } catch (error) {
        if (this.#isClosed || performance.now() > giveUpAtMs) {
          const { message } = error as Error
          throw new PartFailure(
            `database: Postgres did not answer within ${answeredWithinMs} ms (${message})`,
            {
              cause: error,
            },
          )
        }
      }
      await sleep(askEveryMs)
    }
  }

  /** Safe to repeat, and with a server that is already gone. Nobody waits for that one's answers any more. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.endSession()
  }

  /** The next query opens another one. */
  async endSession(): Promise<void> {
    const opening = this.#client
    this.#client = undefined
    const client = await opening?.catch(() => undefined)
    await client?.end().catch(() => {})
  }

  /** One that was cut says so more than once, the last time when another may be open already: that one stays. */
  #session(): Promise<Client> {
    if (this.#client !== undefined) return this.#client
    const forget = () => {
      if (this.#client === session) this.#client = undefined
    }
    const session = connect(this.target, forget)
    session.catch(forget)
    this.#client = session
    return session
  }
}

/** @param onLost called when the session ends, or fails. */
async function connect(target: DatabaseTarget, onLost: () => void): Promise<Client> {
  const client = new (library('pg').Client)({
    ...target,
    // Both are given so that PGSSLMODE and PGOPTIONS of the person's shell are not read.
    ssl: false,
    options: '-c client_min_messages=warning',
    application_name: 'faultpath',
    stream: pgStream,
    connectionTimeoutMillis: 5_000,
    query_timeout: 15_000,
  })
  client.on('error', onLost)
  client.on('end', onLost)
  await client.connect()
  return client
}

/** An identifier as it stands in SQL, whatever characters it has. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A string as it stands in SQL where no parameter can. */
export function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted
}
