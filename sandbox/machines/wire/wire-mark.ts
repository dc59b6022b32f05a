import type { BytePoint, WireVerdict } from './wire-points.ts'

/** Finds one byte of a direction, chunk by chunk. */
export class ByteMark {
  readonly #turn: number
  readonly #text: Buffer
  #beforeText = Buffer.alloc(0)
  #textFound: boolean
  #bytesLeft: number

  constructor(point: BytePoint) {
    this.#turn = point.turn ?? 1
    this.#text = Buffer.from(point.afterText ?? '', 'latin1')
    this.#textFound = this.#text.length === 0
    this.#bytesLeft = point.afterBytes ?? 0
  }

  /** How much of `chunk` comes before the mark; undefined when the mark is further on. Not to be asked again then. */
  find(chunk: Buffer, turn: number): number | undefined {
    if (turn < this.#turn) return undefined
    const start = this.#textFound ? 0 : this.#findText(chunk)
    if (start === undefined) return undefined
    const available = chunk.length - start
    if (this.#bytesLeft <= available) return start + this.#bytesLeft
    this.#bytesLeft -= available
    return undefined
  }

  /** The text may lie across chunks: enough of the end is kept to complete it. */
  #findText(chunk: Buffer): number | undefined {
    const kept = this.#beforeText.length
    const joined = Buffer.concat([this.#beforeText, chunk])
    const at = joined.indexOf(this.#text)
    if (at === -1) {
      this.#beforeText = joined.subarray(Math.max(0, joined.length - this.#text.length + 1))
      return undefined
    }
    this.#textFound = true
    return at + this.#text.length - kept
  }
}

/** A shape without a point acts from the start, on a FIN without bytes too. */
export function markOf(verdict: WireVerdict): ByteMark | undefined {
  const hasPoint = 'afterBytes' in verdict || 'afterText' in verdict || 'turn' in verdict
  return hasPoint ? new ByteMark(verdict) : undefined
}
