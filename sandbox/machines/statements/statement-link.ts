import { connect, createServer, type Server, type Socket } from 'node:net'
import { nowMs } from '../../host/clock.ts'
import type { Ground } from '../../host/ground/ground.ts'
import { armedAt, type Breakable, type Evidence } from '../shared/breakable.ts'
import { countedWords, countOf } from '../shared/evidence-words.ts'
import { RuleSet } from '../shared/rules.ts'
import type { Decided } from './decided.ts'
import { Session } from './session.ts'
import type { Statement } from './statement.ts'
import type { StatementEvent, StatementPlan, StatementVerdict } from './statement-points.ts'

export interface StatementLinkOptions {
  readonly ground: Ground
  readonly address: string
  /** 0 means any free port. */
  readonly port: number
  /** Where Postgres is; read for each session. */
  readonly upstream: () => { readonly host: string; readonly port: number }
  /** TLS towards Postgres (PostgreSQL manual, "SSL Session Encryption"); its certificate is not checked. Default: plain. */
  readonly tls?: () => boolean
  readonly onBug: (error: Error) => void
}

/** What is armed for one front door, and which statements it met. */
interface Armed {
  readonly rules: RuleSet<StatementEvent, StatementVerdict>
  readonly met: string[]
}

/**
 * Stands between the API and Postgres and reads what they say to each other, statement by statement. The tag of a
 * statement (`step=users.list req=fetch-1.3`) says which request of which front door it is of; what carries no tag
 * meets no rule.
 */
export class StatementLink {
  readonly address: string
  #port = 0
  readonly #options: StatementLinkOptions
  readonly #server: Server
  readonly #armed = new Map<string, Armed>()
  readonly #sockets = new Set<Socket>()

  /** @throws Error with `code` EADDRINUSE when the port is taken. */
  static async open(options: StatementLinkOptions): Promise<StatementLink> {
    const link = new StatementLink(options)
    link.#port = await options.ground.listen(link.#server, options.address, options.port)
    link.#server.on('error', options.onBug)
    return link
  }

  private constructor(options: StatementLinkOptions) {
    this.#options = options
    this.address = options.address
    this.#server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (api) => {
      this.#open(api)
    })
  }

  get port(): number {
    return this.#port
  }

  /** The point where statements of one front door's requests can be broken. */
  point(door: string): Breakable<StatementPlan> {
    return {
      arm: async ({ rules }) => {
        const armed = { rules: new RuleSet<StatementEvent, StatementVerdict>(), met: [] }
        armed.rules.arm(rules, nowMs())
        this.#armed.set(door, armed)
        return armedAt({
          evidence: async () => evidenceOf(armed.met),
          heal: async () => armed.rules.heal(),
        })
      },
    }
  }

  /** Stops listening and destroys every session. The port is free when it resolves. Safe to repeat. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #open(api: Socket): void {
    const { onBug, tls, upstream } = this.#options
    const connection = connect({ ...upstream(), allowHalfOpen: true, noDelay: true })
    for (const socket of [api, connection]) this.#keep(socket)
    const decide = (statement: Statement) => this.#decide(statement)
    new Session({ api, connection, withTls: tls?.() === true, decide, onBug })
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    // The session acts on it. It takes one listener for as long as the session has none of its own.
    socket.on('error', () => {})
  }

  #decide({ door, step }: Statement): Decided | undefined {
    const armed = door === '' ? undefined : this.#armed.get(door)
    const verdict = armed?.rules.decide({ step }, nowMs())
    if (armed === undefined || verdict === undefined) return undefined
    return { verdict, met: () => armed.met.push(`${step} ${words(verdict)}`) }
  }
}

function words(verdict: StatementVerdict): string {
  switch (verdict.kind) {
    case 'delay':
      return `delayed by ${verdict.delayMs} ms`
    case 'hang':
      return 'never reached Postgres'
    case 'lose-reply':
      return 'was carried out, its reply lost'
    case 'cut':
      return verdict.when === 'before' ? 'cut off before it ran' : 'cut off after it ran'
    case 'halve':
      return 'lost half of its rows'
    case 'error':
      return `was answered ${verdict.sqlstate}, written on the way`
    default:
      return verdict satisfies never
  }
}

function evidenceOf(met: readonly string[]): Evidence {
  const counted = Object.entries(Object.groupBy(met, (each) => each))
  const parts = counted.map(([text, all = []]) => (all.length === 1 ? text : `${all.length} × ${text}`))
  const statements = countOf(met.length, 'statement')
  if (met.length === 0) return { fired: 0, ...countedWords(statements, ' met the rule') }
  return { fired: met.length, ...countedWords(statements, `: ${parts.join(', ')}`) }
}
