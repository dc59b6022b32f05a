import { nowMs } from '../../host/clock.ts'
import { Deadlines } from '../../host/deadlines.ts'
import { FrameReader, frame, openings, type Part, texts } from '../shared/pg-frames.ts'
import type { Conversation } from './conversation.ts'
import type { Decided, SessionEnds } from './decided.ts'
import { type Statement, statementOf } from './statement.ts'

export interface RequestsOptions {
  readonly conversation: Conversation
  readonly ends: SessionEnds
  /** A statement is about to go to Postgres: what happens to it. */
  readonly decide: (statement: Statement) => Decided | undefined
}

/** What may wait before the API is read no further: its memory is bounded, and the API feels back-pressure. */
const heldBytesMax = 1 << 20

/** Parse, Describe and Close: Postgres answers none of them before something else follows. */
const preludes = 'PDC'
/** More of them are no prelude to one statement. */
const preludesMax = 16

/** No Postgres can parse it: it really fails, and leaves a transaction as every failure does. */
const failing = 'faultpath'
/** A name of its own, so that the API's unnamed statement stays as it was. */
const insteadName = 'faultpath'

/** What the API says on its way to Postgres: handed on as it came, but for the statements that meet a verdict. */
export class Requests {
  readonly #options: RequestsOptions
  readonly #reader = new FrameReader('api')
  readonly #deadlines = new Deadlines()
  /** Each prepared statement, by its name. */
  readonly #prepared = new Map<string, Statement>()
  /** The verdict on the statement that a portal runs, by the portal's name. */
  readonly #portals = new Map<string, Decided>()
  /**
   * What prepares the next statement waits for the verdict on that. A Parse alone would already open a transaction in
   * Postgres, with a lock on each table of the statement.
   */
  #prelude: Part[] = []
  /** Messages wait here while Postgres is not there yet, and while one before them is delayed. */
  #held: Part[] | undefined = []
  #heldBytes = 0
  /** A statement was taken out: what goes with it. */
  #drops: 'nothing' | 'message' | 'up-to-sync' | 'all' = 'nothing'

  constructor(options: RequestsOptions) {
    this.#options = options
  }

  /** Something of the API has not reached Postgres. */
  get isWaiting(): boolean {
    return this.#held !== undefined || this.#drops === 'all'
  }

  get isFull(): boolean {
    return this.#heldBytes > heldBytesMax
  }

  /** @throws UnreadableMessage */
  receive(chunk: Buffer): void {
    if (this.#drops === 'all') return
    this.#reader.add(chunk)
    for (let part = this.#reader.next(); part !== undefined; part = this.#reader.next()) this.#onPart(part)
  }

  /** What waited goes on; one of it may be delayed in its turn. */
  release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    this.#heldBytes = 0
    for (const part of held) this.#onPart(part)
    this.#options.ends.steer()
  }

  /** Nothing of the API reaches Postgres any more. */
  close(): void {
    this.#deadlines.clear()
    this.#held = undefined
    this.#heldBytes = 0
    this.#prelude = []
    this.#drops = 'all'
  }

  #onPart(part: Part): void {
    if (this.#drops === 'all') return
    if (this.#held !== undefined) {
      this.#held.push(part)
      this.#heldBytes += part.bytes.length
    } else if (part.isFirst) {
      this.#onMessage(part)
    } else if (this.#drops === 'nothing') {
      this.#options.ends.toPostgres(part.bytes)
    }
  }

  #onMessage(part: Part): void {
    if (part.type === '') {
      this.#onOpening(part)
      return
    }
    // As Postgres does after an error; the end of a session it hears all the same.
    if (this.#drops === 'up-to-sync' && part.type !== 'S' && part.type !== 'X') return
    this.#drops = 'nothing'
    const statement = this.#statementRunBy(part)
    const decided = statement && this.#options.decide(statement)
    if (statement !== undefined && decided !== undefined) this.#meet(part, statement, decided)
    else if (isPrelude(part) && this.#prelude.length < preludesMax) this.#prelude.push(part)
    else this.#forward(part)
  }

  /** Plain towards the API: encryption is refused, as a server without certificates does. */
  #onOpening(part: Part): void {
    const code = part.body.readInt32BE(0)
    const { ends } = this.#options
    if (code === openings.ssl || code === openings.gss) ends.toApi(Buffer.from('N'))
    else ends.toPostgres(part.bytes)
  }

  /** A simple query runs the statement that it carries, a Bind the one that a Parse named. */
  #statementRunBy({ type, body }: Part): Statement | undefined {
    switch (type) {
      case 'Q':
        return statementOf(texts(body, 1)[0] ?? '')
      case 'P': {
        const [name = '', text = ''] = texts(body, 2)
        this.#prepared.set(name, statementOf(text))
        return undefined
      }
      case 'B': {
        const [portal = '', name = ''] = texts(body, 2)
        this.#portals.delete(portal)
        return this.#prepared.get(name)
      }
      case 'C': {
        const [target = ''] = texts(body, 1)
        if (target[0] === 'S') this.#prepared.delete(target.slice(1))
        else this.#portals.delete(target.slice(1))
        return undefined
      }
      default:
        return undefined
    }
  }

  #meet(part: Part, statement: Statement, decided: Decided): void {
    const { met, verdict } = decided
    switch (verdict.kind) {
      case 'halve':
      case 'lose-reply':
        this.#forward(part, decided)
        break
      case 'cut':
        if (verdict.when === 'after') {
          this.#forward(part, decided)
        } else {
          met()
          this.#options.ends.reset()
        }
        break
      case 'delay':
        met()
        this.#held = []
        this.#deadlines.at(nowMs() + verdict.delayMs, () => {
          this.#forward(part)
          this.release()
        })
        break
      case 'hang':
        met()
        this.close()
        break
      case 'error':
        this.#fail(part, statement, decided)
        break
      default:
        verdict satisfies never
    }
  }

  #forward(part: Part, decided?: Decided): void {
    this.#forwardPrelude()
    this.#send(part, decided)
  }

  #forwardPrelude(): void {
    for (const each of this.#prelude) this.#send(each)
    this.#prelude = []
  }

  /** Where a verdict is about the answer, that is the one to the query itself, or to the Execute of the portal. */
  #send({ bytes, body, type }: Part, decided?: Decided): void {
    const { conversation, ends } = this.#options
    const [portal = ''] = type === 'B' || type === 'E' ? texts(body, 1) : []
    if (type === 'B') {
      if (decided !== undefined) this.#portals.set(portal, decided)
      conversation.ask(type)
    } else if (type === 'E') {
      conversation.ask(type, this.#portals.get(portal))
      this.#portals.delete(portal)
    } else {
      conversation.ask(type, decided)
    }
    ends.toPostgres(bytes)
  }

  /** In place of the statement Postgres gets one that fails, or for a COMMIT a ROLLBACK. Its answer is reworded. */
  #fail({ type }: Part, { isCommit }: Statement, decided: Decided): void {
    this.#forwardPrelude()
    const instead = isCommit ? 'ROLLBACK' : failing
    if (type === 'Q') {
      this.#drops = 'message'
      this.#ask('Q', decided, instead)
      return
    }
    // What failed leaves out all up to the Sync: an Execute, and what else is on its way.
    this.#drops = 'up-to-sync'
    this.#ask('P', decided, insteadName, instead, Buffer.alloc(2))
    if (!isCommit) return
    this.#ask('B', decided, insteadName, insteadName, Buffer.alloc(6))
    this.#ask('E', decided, insteadName, Buffer.alloc(4))
    this.#ask('C', decided, Buffer.from('S'), insteadName)
  }

  #ask(type: string, decided: Decided, ...parts: readonly (Buffer | string)[]): void {
    this.#options.conversation.ask(type, decided)
    this.#options.ends.toPostgres(frame(type, ...parts))
  }
}

function isPrelude({ isLast, type }: Part): boolean {
  return isLast && preludes.includes(type)
}
