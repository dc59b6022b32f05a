import type { Evidence } from '../shared/breakable.ts'
import { countedWords, countOf, wasOf } from '../shared/evidence-words.ts'
import type { DatabaseArming, DatabaseParts } from './database-arming.ts'
import type { StateOf } from './database-points.ts'
import { ReadHook } from './read-hook.ts'

/** The session learns of it where it next waits. */
const terminate = 'PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1);'

export class SessionTerminatedArming implements DatabaseArming {
  readonly #hook: ReadHook

  constructor({ table }: StateOf<'session-terminated'>, { admin }: DatabaseParts) {
    this.#hook = new ReadHook(table, admin)
  }

  async apply(): Promise<void> {
    await this.#hook.install(terminate)
  }

  async undo(): Promise<void> {
    await this.#hook.remove()
  }

  async evidence(): Promise<Evidence> {
    const { ofDoor, total } = await this.#hook.hits()
    const words = countedWords(countOf(total, 'session'), ` ${wasOf(total)} terminated in a statement`)
    return { fired: total, ...words, ofDoor }
  }
}
