import { setTimeout as sleep } from 'node:timers/promises'
import type { Evidence } from '../shared/breakable.ts'
import { countedWords, countOf, wasOf } from '../shared/evidence-words.ts'
import type { AdminConnection } from './admin.ts'
import type { DatabaseArming, DatabaseParts } from './database-arming.ts'
import type { StateOf } from './database-points.ts'
import { ReadHook } from './read-hook.ts'
import type { PostgresServer } from './server.ts'

/**
 * Says so in the log first: the client learns of the end before Postgres does. The program that a server process starts
 * is its child, so it knows whom to kill.
 */
const kill = `RAISE LOG 'faultpath: this process is to be killed';
  COPY (SELECT 1) TO PROGRAM 'kill -s KILL $PPID';`
const toBeKilled = 'faultpath: this process is to be killed'
/** All of them, those that were to be killed among them. */
const allGone = 'all server processes terminated; reinitializing'

/**
 * What a server process counted is gone with it. Postgres writes to its log which statement the first process was
 * running that was killed, before it ends the others.
 */
const killed = /was terminated by signal 9\b.*\n.*Failed process was running: (.*)/g

/** How long Postgres may take to notice that a process of it is gone. */
const noticeWithinMs = 5_000
const lookEveryMs = 5

/** Statements that are on their way may bring it down again while it is healed. */
const undoAttemptsMax = 10

export class BackendKilledArming implements DatabaseArming {
  readonly #admin: AdminConnection
  readonly #server: PostgresServer
  readonly #hook: ReadHook
  /** What stood in the log before. */
  #logged = 0

  constructor({ table }: StateOf<'backend-killed'>, { admin, server }: DatabaseParts) {
    this.#admin = admin
    this.#server = server!
    this.#hook = new ReadHook(table, admin)
  }

  async apply(): Promise<void> {
    this.#logged = this.#server.log.length
    await this.#hook.install(kill)
  }

  async undo(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      await this.#untilRecovered()
      try {
        await this.#hook.remove()
        return
      } catch (error) {
        if (attempt === undoAttemptsMax) throw error
      }
    }
  }

  async evidence(): Promise<Evidence> {
    await this.#untilRecovered()
    const statements = [...this.#said.matchAll(killed)].map(([, text = '']) => text)
    const count = statements.length
    const became = ` ${wasOf(count)} killed in a statement`
    return {
      fired: count,
      ...countedWords(countOf(count, 'server process', 'server processes'), became),
      ofDoor: (door) => statements.filter((statement) => statement.includes(`req=${door}.`)).length,
    }
  }

  /** What Postgres has written to its log since. */
  get #said(): string {
    return this.#server.log.slice(this.#logged)
  }

  async #untilRecovered(): Promise<void> {
    const giveUpAtMs = performance.now() + noticeWithinMs
    while (hasMoreToCome(this.#said) && performance.now() < giveUpAtMs) await sleep(lookEveryMs)
    // A session of before may answer until it is ended, too.
    await this.#admin.endSession()
    await this.#admin.untilAnswered()
  }
}

/** A process is to be killed, and Postgres has not ended the others yet. */
function hasMoreToCome(said: string): boolean {
  return said.lastIndexOf(toBeKilled) > said.lastIndexOf(allGone)
}
