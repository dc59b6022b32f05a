import type { Evidence } from '../shared/breakable.ts'
import { countedWords, countOf } from '../shared/evidence-words.ts'
import type { DatabaseArming, DatabaseParts } from './database-arming.ts'
import type { StateOf } from './database-points.ts'
import { ReadHook } from './read-hook.ts'

export class SlowTableArming implements DatabaseArming {
  readonly #sleepMs: number
  readonly #hook: ReadHook

  constructor({ sleepMs, table }: StateOf<'slow-table'>, { admin }: DatabaseParts) {
    this.#sleepMs = sleepMs
    this.#hook = new ReadHook(table, admin)
  }

  async apply(): Promise<void> {
    await this.#hook.install(`PERFORM pg_sleep(${Math.round(this.#sleepMs)} / 1000.0);`)
  }

  async undo(): Promise<void> {
    await this.#hook.remove()
  }

  async evidence(): Promise<Evidence> {
    const { ofDoor, total } = await this.#hook.hits()
    return { fired: total, ...countedWords(countOf(total, 'statement'), ' slept inside Postgres'), ofDoor }
  }
}
