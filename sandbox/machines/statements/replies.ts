import { errorResponse, FrameReader, frame, type Part } from '../shared/pg-frames.ts'
import type { Asked, Conversation } from './conversation.ts'
import type { Decided, SessionEnds } from './decided.ts'
import { HalvedRows } from './halved-rows.ts'
import type { StatementVerdict } from './statement-points.ts'

/** CommandComplete, EmptyQueryResponse, ErrorResponse, PortalSuspended: the statement has run. */
const endsOfRun = 'CIEs'
/** Postgres waits for data: without this answer nothing would be carried out at all. */
const asksForData = 'GW'
/** ReadyForQuery, and notices, notifications and settings that changed, which may stand between any two messages. */
const staysTrue = 'ZNAS'
/** DataRow, and the CopyData that a COPY TO sends for each row. */
const rows = 'Dd'

/** What becomes of all that Postgres still says: it passes, or the statement that it answered has met a verdict. */
export type Fate = 'passes' | 'lost' | 'cut' | 'halved'

type Met = Decided['met']
type ErrorVerdict = Extract<StatementVerdict, { readonly kind: 'error' }>

/** What Postgres says on its way to the API: handed on as it came, but for the answers that meet a verdict. */
export class Replies {
  readonly #conversation: Conversation
  readonly #ends: SessionEnds
  readonly #reader = new FrameReader('postgres')
  readonly #halved = new HalvedRows()
  /** What the message that is read is an answer to. */
  #asked: Asked | undefined
  #fate: Fate = 'passes'

  constructor(conversation: Conversation, ends: SessionEnds) {
    this.#conversation = conversation
    this.#ends = ends
  }

  get fate(): Fate {
    return this.#fate
  }

  /** @throws UnreadableMessage */
  receive(chunk: Buffer): void {
    this.#reader.add(chunk)
    for (let part = this.#reader.next(); part !== undefined; part = this.#reader.next()) this.#onPart(part)
  }

  #onPart(part: Part): void {
    if (part.isFirst) this.#asked = this.#conversation.current
    if (this.#fate === 'passes') this.#deliver(part)
    if (!part.isLast) return
    this.#conversation.answered(part.type)
    if (part.type === 'Z') this.#onReady()
  }

  /** Only now what a statement outside a transaction did is kept: with its Sync it is committed. */
  #onReady(): void {
    if (this.#fate === 'cut') this.#ends.reset()
    else if (this.#fate === 'halved') this.#ends.endPostgres()
  }

  #deliver(part: Part): void {
    const decided = this.#asked?.decided
    if (decided === undefined) {
      this.#ends.toApi(part.bytes)
      return
    }
    const { met, verdict } = decided
    switch (verdict.kind) {
      case 'cut':
        this.#withhold(part, 'cut', met)
        break
      case 'lose-reply':
        this.#withhold(part, 'lost', met)
        break
      case 'halve':
        this.#halve(part, met)
        break
      case 'error':
        this.#reword(part, verdict, met)
        break
      case 'delay':
      case 'hang':
        // Both have acted before Postgres was asked.
        this.#ends.toApi(part.bytes)
        break
      default:
        verdict satisfies never
    }
  }

  #withhold(part: Part, fate: Fate, met: Met): void {
    if (asksForData.includes(part.type)) {
      this.#ends.toApi(part.bytes)
    } else if (endsOfRun.includes(part.type)) {
      met()
      this.#fate = fate
      this.#finish()
    }
  }

  /** A statement that fails has no result: nothing is halved. */
  #halve(part: Part, met: Met): void {
    if (rows.includes(part.type)) {
      for (const bytes of this.#halved.take(part)) this.#ends.toApi(bytes)
    } else if (part.type === 'E') {
      for (const bytes of this.#halved.rest()) this.#ends.toApi(bytes)
      this.#ends.toApi(part.bytes)
    } else if (endsOfRun.includes(part.type)) {
      met()
      this.#fate = 'halved'
      this.#finish()
      // By a FIN: a RST takes back what its receiver has not read yet.
      this.#ends.endApi()
    } else {
      this.#ends.toApi(part.bytes)
    }
  }

  #reword({ bytes, isLast, type }: Part, verdict: ErrorVerdict, met: Met): void {
    if (staysTrue.includes(type)) {
      this.#ends.toApi(bytes)
    } else if (isLast && (type === 'E' || type === 'C')) {
      met()
      this.#ends.toApi(errorResponse(verdict.sqlstate, verdict.message))
    }
  }

  /** An API that waits for the answers so far sends its Sync later. It never will: Postgres is told to finish now. */
  #finish(): void {
    if (this.#conversation.isToFinish) return
    this.#conversation.ask('S')
    this.#ends.toPostgres(frame('S'))
  }
}
