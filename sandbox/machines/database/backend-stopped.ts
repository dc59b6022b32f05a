import type { Evidence } from '../shared/breakable.ts'
import { countedWords, countOf, wasOf } from '../shared/evidence-words.ts'
import type { DatabaseArming, DatabaseParts } from './database-arming.ts'
import type { StateOf } from './database-points.ts'
import { ReadHook } from './read-hook.ts'
import type { PostgresServer } from './server.ts'

/** The program that a server process starts is its child, so it knows whom to stop. */
const stop = `COPY (SELECT 1) TO PROGRAM 'kill -s STOP $PPID';`

/** Statements that are on their way stop their processes while it is healed. */
const thawEveryMs = 20

export class BackendStoppedArming implements DatabaseArming {
  readonly #server: PostgresServer
  readonly #hook: ReadHook

  constructor({ table }: StateOf<'backend-stopped'>, { admin, server }: DatabaseParts) {
    this.#server = server!
    this.#hook = new ReadHook(table, admin)
  }

  async apply(): Promise<void> {
    await this.#hook.install(stop)
  }

  /** A process that is stopped holds the table, which the hook's removal needs: behind it none is left. */
  async undo(): Promise<void> {
    this.#server.thaw()
    const thawing = setInterval(() => this.#server.thaw(), thawEveryMs)
    try {
      await this.#hook.remove()
    } finally {
      clearInterval(thawing)
    }
  }

  async evidence(): Promise<Evidence> {
    const { ofDoor, total } = await this.#hook.hits()
    const counted = countOf(total, 'server process', 'server processes')
    return { fired: total, ...countedWords(counted, ` ${wasOf(total)} stopped in a statement`), ofDoor }
  }
}
