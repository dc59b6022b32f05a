import type { Part } from '../shared/pg-frames.ts'

/**
 * The first half of a result whose length is not known before its end: with each second row that comes, one is handed
 * on. So as many rows wait here as have been handed on.
 */
export class HalvedRows {
  /** The parts of each row; of those handed on, none. */
  #rows: Buffer[][] = []
  #given = 0

  /** What is handed on as this part of a row comes. */
  take(part: Part): readonly Buffer[] {
    if (part.isFirst) this.#rows.push([])
    this.#rows.at(-1)?.push(part.bytes)
    if (!part.isLast || this.#rows.length % 2 === 1) return []
    const [row = []] = this.#rows.splice(this.#given, 1, [])
    this.#given += 1
    return row
  }

  /** All that waits, after which the next result may begin. */
  rest(): readonly Buffer[] {
    const rest = this.#rows.flat()
    this.#rows = []
    this.#given = 0
    return rest
  }
}
