import type { Decided } from './decided.ts'

/** One message that Postgres will answer. */
export interface Asked {
  readonly type: string
  /** The verdict on the statement it runs, where that acts on the answer. */
  readonly decided?: Decided | undefined
}

/** Which answer is the last one to each message, by its type (PostgreSQL manual, "Message Flow"). */
const lastAnswers: Readonly<Record<string, string>> = {
  Q: 'Z',
  F: 'Z',
  P: '1',
  B: '2',
  D: 'Tn',
  E: 'CIs',
  C: '3',
  S: 'Z',
}

/** CopyDone and CopyFail: they are answered as a part of the statement that copies. */
const endsOfCopy = 'cf'

/**
 * What Postgres was asked and has not answered yet, in the order of the answers. It follows what Postgres reads and what
 * it passes over: after an error all up to the next Sync, and while it takes copied data, each Sync.
 */
export class Conversation {
  #asked: Asked[] = []
  /** Postgres passes over what it gets, up to a Sync. */
  #skips = false
  /** Postgres takes copied data. */
  #copies = false

  /** What the next answer is to; undefined while Postgres speaks unasked. */
  get current(): Asked | undefined {
    return this.#asked[0]
  }

  /** Whether Postgres has been told to finish what it was asked, and to say so. */
  get isToFinish(): boolean {
    return this.#asked.some(({ type }) => lastAnswers[type] === 'Z')
  }

  /** A message goes to Postgres. */
  ask(type: string, decided?: Decided): void {
    if (endsOfCopy.includes(type) && this.#copies) {
      this.#copies = false
    } else if (this.#skips && type !== 'S') {
      return
    } else if (type === 'S' && this.#copies) {
      return
    } else if (type in lastAnswers || (endsOfCopy.includes(type) && this.#asked.length > 0)) {
      this.#skips = false
      this.#asked.push({ type, decided })
    }
  }

  /** A message of Postgres has been read to its end. */
  answered(type: string): void {
    const [first] = this.#asked
    if (first === undefined) return
    if (type === 'E') this.#fail(first)
    else if (type === 'G') this.#copyIn()
    else if (lastAnswers[first.type]?.includes(type)) this.#asked.shift()
    // Copied data may be sent before Postgres says that it takes some; where it never did, it passes over the end.
    while (this.#asked[0] !== undefined && endsOfCopy.includes(this.#asked[0].type)) this.#asked.shift()
  }

  #fail({ type }: Asked): void {
    this.#copies = false
    // Each of these has a ReadyForQuery of its own.
    if (lastAnswers[type] === 'Z') return
    const sync = this.#asked.findIndex((each) => each.type === 'S')
    this.#skips = sync === -1
    this.#asked = sync === -1 ? [] : this.#asked.slice(sync)
  }

  #copyIn(): void {
    const end = this.#asked.findIndex(({ type }) => endsOfCopy.includes(type))
    this.#copies = end === -1
    this.#asked = this.#asked.filter(
      ({ type }, index) => index !== end && (type !== 'S' || (end !== -1 && index > end)),
    )
  }
}
