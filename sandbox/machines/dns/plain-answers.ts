import type { DnsReading } from './dns-message.ts'
import type { DnsEvent } from './dns-points.ts'

/** A question as its bytes are, and what it was answered while nothing was armed. */
export interface PlainAnswer {
  readonly event: DnsEvent
  readonly message: Buffer
  readonly reading: DnsReading
}

/** Names are few; what asks for more is no client's doing. */
const keptMax = 256
const idBytes = 2

/** What the zone says, kept as it was built: the same question, but for its id, gets the same bytes, but for theirs. */
export class PlainAnswers {
  readonly #kept = new Map<string, PlainAnswer>()

  find(question: Buffer, transport: DnsEvent['transport']): PlainAnswer | undefined {
    return this.#kept.get(keyOf(question, transport))
  }

  keep(question: Buffer, answer: PlainAnswer): void {
    if (this.#kept.size === keptMax) this.#kept.clear()
    this.#kept.set(keyOf(question, answer.event.transport), answer)
  }
}

function keyOf(question: Buffer, transport: DnsEvent['transport']): string {
  return transport + question.toString('latin1', idBytes)
}

/** A copy, since it may still be under way when the next is asked for. */
export function withIdOf(question: Buffer, message: Buffer): Buffer {
  const copy = Buffer.from(message)
  question.copy(copy, 0, 0, idBytes)
  return copy
}
