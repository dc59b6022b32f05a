import type { Socket } from 'node:net'
import { nowMs } from '../../host/clock.ts'
import { Deadlines } from '../../host/deadlines.ts'
import { errorResponse, type Frame, FrameReader, frame, openings, texts } from './frames.ts'
import type { StatementVerdict } from './statement-points.ts'

export interface SessionOptions {
  readonly api: Socket
  readonly postgres: Socket
  /** A statement is about to go to Postgres: what happens to it. */
  readonly decide: (text: string) => Decided | undefined
}

/** The verdict on one statement; `met` is told once it has acted. */
export interface Decided {
  readonly verdict: StatementVerdict
  readonly met: () => void
}

/** One message of the API that Postgres will answer, in the order of the answers. */
interface Asked {
  readonly type: string
  readonly decided?: Decided | undefined
  /** The rows that have come, where they are held back to be halved. */
  readonly rows: Buffer[]
}

/** A statement that no Postgres can parse: it really fails, and leaves a transaction as every failure does. */
const failing = 'faultpath'

/**
 * One session between the API and Postgres, read message by message both ways and handed on as it came, but for the
 * statements that meet a verdict.
 */
export class Session {
  readonly #options: SessionOptions
  readonly #fromApi = new FrameReader(false)
  readonly #fromPostgres = new FrameReader(true)
  readonly #deadlines = new Deadlines()
  /** The text of each prepared statement, by its name. */
  readonly #prepared = new Map<string, string>()
  /** The verdict on the statement that a portal runs, by the portal's name. */
  readonly #bound = new Map<string, Decided>()
  readonly #asked: Asked[] = []
  #isOpen = false
  /** Messages of the API wait here while one before them is delayed. */
  #waiting: Frame[] | undefined
  /** A statement was taken out: what belongs to it, up to the next Sync, goes with it. */
  #skipsToSync = false
  /** Nothing is handed on any more, to either side. */
  #isSilent = false
  /** Postgres' answers are read and dropped. */
  #isDeaf = false
  /** The session ends as soon as Postgres is ready for the next statement: only then is what this one did kept. */
  #endsWhenReady = false

  constructor(options: SessionOptions) {
    this.#options = options
    const { api, postgres } = options
    api.on('data', (chunk) => this.#receive(this.#fromApi, chunk, (each) => this.#onApi(each)))
    postgres.on('data', (chunk) => this.#receive(this.#fromPostgres, chunk, (each) => this.#onPostgres(each)))
    for (const [one, other] of [
      [api, postgres],
      [postgres, api],
    ] as const) {
      one.on('end', () => {
        if (!this.#isSilent) other.end()
      })
      one.on('error', () => this.#reset())
      one.once('close', () => {
        this.#deadlines.clear()
        if (one.errored === null && !this.#isSilent) other.end()
        else other.destroy()
      })
      one.on('drain', () => other.resume())
    }
  }

  #receive(reader: FrameReader, chunk: Buffer, take: (each: Frame) => void): void {
    if (this.#isSilent) return
    reader.add(chunk)
    try {
      for (let each = reader.next(); each !== undefined; each = reader.next()) take(each)
    } catch {
      // No message of Postgres: whatever it is, the session cannot be followed any further.
      this.#reset()
    }
  }

  #toPostgres(bytes: Buffer): void {
    if (!this.#options.postgres.write(bytes)) this.#options.api.pause()
  }

  #toApi(bytes: Buffer): void {
    if (this.#isDeaf) return
    if (!this.#options.api.write(bytes)) this.#options.postgres.pause()
  }

  #reset(): void {
    this.#isSilent = true
    this.#options.api.resetAndDestroy()
    this.#options.postgres.destroy()
  }

  #onApi(each: Frame): void {
    if (this.#waiting !== undefined) this.#waiting.push(each)
    else if (this.#isOpen) this.#onMessage(each)
    else this.#onOpening(each)
  }

  /** Plain towards the API: encryption is refused, as a server without certificates does. */
  #onOpening(each: Frame): void {
    const code = each.body.readInt32BE(0)
    if (code === openings.ssl || code === openings.gss) {
      this.#toApi(Buffer.from('N'))
      return
    }
    this.#isOpen = true
    this.#fromApi.opened()
    this.#toPostgres(each.bytes)
  }

  #onMessage(each: Frame): void {
    if (this.#skipsToSync && each.type !== 'S') return
    switch (each.type) {
      case 'Q':
        return void this.#onStatement(each, texts(each.body, 1)[0] ?? '')
      case 'P': {
        const [name = '', text = ''] = texts(each.body, 2)
        this.#prepared.set(name, text)
        return void this.#forward(each)
      }
      case 'B':
        return void this.#onStatement(each, this.#prepared.get(texts(each.body, 2)[1] ?? '') ?? '')
      case 'E': {
        const portal = texts(each.body, 1)[0] ?? ''
        const decided = this.#bound.get(portal)
        this.#bound.delete(portal)
        return void this.#forward(each, decided)
      }
      case 'S':
        this.#skipsToSync = false
        return void this.#forward(each)
      default:
        return void this.#forward(each)
    }
  }

  #forward(each: Frame, decided?: Decided): void {
    // Flush, passwords, copied data and the end of the session have no answer of their own.
    if ('QFPBDECS'.includes(each.type)) this.#asked.push({ type: each.type, decided, rows: [] })
    this.#toPostgres(each.bytes)
  }

  #onStatement(each: Frame, text: string): void {
    const decided = this.#options.decide(text)
    if (decided === undefined) return void this.#forward(each)
    switch (decided.verdict.kind) {
      case 'halve':
      case 'lose-reply':
        return void this.#forwardDecided(each, decided)
      case 'delay': {
        const waiting: Frame[] = []
        this.#waiting = waiting
        decided.met()
        this.#deadlines.at(nowMs() + decided.verdict.delayMs, () => {
          this.#waiting = undefined
          this.#forward(each)
          for (const next of waiting) this.#onApi(next)
        })
        return
      }
      case 'hang':
        decided.met()
        this.#waiting = []
        return
      case 'cut':
        if (decided.verdict.when === 'after') return void this.#forwardDecided(each, decided)
        decided.met()
        return void this.#reset()
      case 'error':
        return void this.#fail(each, text, decided)
      default:
        decided.verdict satisfies never
    }
  }

  /** What the verdict is about comes in answer to the query itself, or to the Execute of the portal. */
  #forwardDecided(each: Frame, decided: Decided): void {
    if (each.type === 'Q') return void this.#forward(each, decided)
    this.#bound.set(texts(each.body, 1)[0] ?? '', decided)
    this.#forward(each)
  }

  /** In place of the statement Postgres gets one that fails, or for a COMMIT a ROLLBACK. Its answer is reworded. */
  #fail(each: Frame, text: string, decided: Decided): void {
    const instead = /^\s*(\/\*.*?\*\/\s*)?(COMMIT|END)\b/i.test(text) ? 'ROLLBACK' : failing
    if (each.type === 'Q') {
      this.#asked.push({ type: 'Q', decided, rows: [] })
      this.#toPostgres(frame('Q', instead))
      return
    }
    // A Parse stands for Bind, Describe and Execute: what fails in it leaves out all up to the Sync.
    this.#skipsToSync = true
    if (instead === failing) {
      this.#asked.push({ type: 'P', decided, rows: [] })
      this.#toPostgres(frame('P', '', failing, Buffer.alloc(2)))
      return
    }
    for (const [type, parts] of [
      ['P', ['', instead, Buffer.alloc(2)]],
      ['B', ['', '', Buffer.alloc(6)]],
      ['E', ['', Buffer.alloc(4)]],
    ] as const) {
      this.#asked.push({ type, decided, rows: [] })
      this.#toPostgres(frame(type, ...parts))
    }
  }

  #onPostgres(each: Frame): void {
    if (this.#endsWhenReady && each.type === 'Z') return void this.#reset()
    const asked = this.#asked[0]
    // While the session is opened, and between statements, Postgres speaks unasked.
    if (asked === undefined || 'NAS'.includes(each.type)) return void this.#toApi(each.bytes)
    this.#deliver(each, asked)
    this.#settle(each, asked)
  }

  #deliver(each: Frame, asked: Asked): void {
    const { decided } = asked
    switch (decided?.verdict.kind) {
      case 'error':
        return void this.#reword(each, decided)
      case 'halve':
        return void this.#halve(each, asked.rows, decided)
      case 'cut':
        if (!this.#isCarriedOut(each)) return
        decided.met()
        this.#isDeaf = true
        this.#endsWhenReady = true
        return
      case 'lose-reply':
        decided.met()
        this.#isDeaf = true
        return
      default:
        this.#toApi(each.bytes)
    }
  }

  #isCarriedOut({ type }: Frame): boolean {
    return type === 'C' || type === 'I' || type === 'E' || type === 's'
  }

  #reword(each: Frame, { met, verdict }: Decided): void {
    if (verdict.kind !== 'error') return
    const isAnswer = each.type === 'E' || each.type === 'C'
    if (isAnswer) {
      met()
      this.#toApi(errorResponse(verdict.sqlstate, verdict.message))
    } else if (each.type === 'Z') {
      this.#toApi(each.bytes)
    }
  }

  #halve(each: Frame, rows: Buffer[], { met }: Decided): void {
    if (each.type === 'D') {
      rows.push(each.bytes)
    } else if (this.#isCarriedOut(each)) {
      met()
      this.#toApi(Buffer.concat(rows.slice(0, Math.floor(rows.length / 2))))
      this.#isDeaf = true
      // A reset takes back what its receiver has not read yet: half a result is ended by a FIN.
      this.#options.api.end()
      this.#endsWhenReady = true
    } else {
      this.#toApi(each.bytes)
    }
  }

  /** Which message of the API this answer ends. */
  #settle({ type }: Frame, asked: Asked): void {
    if (type === 'E' && asked.type !== 'Q') {
      // Postgres skips what follows up to the Sync.
      while (this.#asked.length > 0 && this.#asked[0]!.type !== 'S') this.#asked.shift()
      return
    }
    const ends: Readonly<Record<string, string>> = {
      Q: 'Z',
      F: 'Z',
      P: '1',
      B: '2',
      D: 'Tn',
      E: 'CIs',
      C: '3',
      S: 'Z',
    }
    if (ends[asked.type]?.includes(type)) this.#asked.shift()
  }
}
