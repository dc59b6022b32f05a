import { randomBytes } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { nowMs } from '../../host/clock.ts'
import type { Ground } from '../../host/ground/ground.ts'
import { type Armed as ArmedPoint, armedAt, type Breakable, type Evidence } from '../shared/breakable.ts'
import { countedWords, countOf, wasOf } from '../shared/evidence-words.ts'
import { RuleSet } from '../shared/rules.ts'
import type { Observe, ServedCertificate } from '../shared/trace.ts'
import type { Authority } from './authority.ts'
import { TlsConnection } from './tls-connection.ts'
import type { ProtocolVersion, TlsEvent, TlsPlan, TlsState, TlsVerdict } from './tls-points.ts'
import { type TlsDemands, type TlsSettings, tlsSettings } from './tls-settings.ts'

export interface TlsEdgeOptions {
  readonly ground: Ground
  readonly address: string
  /** 0 means any free port. */
  readonly port: number
  readonly authority: Authority
  /** Gives tickets, with which a client resumes its session on another connection. Default: none are given. */
  readonly tickets?: boolean
  /** Clients must prove their identity (mTLS), in every state. Default: no client is asked. */
  readonly clientCertificate?: boolean
  /** The one version it speaks. Default: TLS 1.2 and 1.3. */
  readonly tlsVersion?: ProtocolVersion
  /** Where plaintext goes; asked for each connection. */
  readonly upstream: () => { host: string; port: number }
  readonly observe: Observe
  /** A bug of ours, never a client's doing. */
  readonly onBug: (error: Error) => void
}

/** Names, encrypts and authenticates a ticket (Node's tls, `ticketKeys`). */
const ticketKeysBytes = 48

/**
 * Where TLS ends: TLS 1.2 and 1.3, ALPN `http/1.1`, one certificate chain, plaintext relayed byte for byte.
 * Step 4 is broken here.
 */
export class TlsEdge implements Breakable<TlsPlan> {
  readonly address: string
  readonly port: number
  readonly #server: Server
  readonly #options: TlsEdgeOptions
  readonly #healthy: TlsSettings
  /** The same in every state, tickets too: what one state gave is good in the next. */
  readonly #demands: TlsDemands
  readonly #open = new Set<TlsConnection>()
  readonly #rules = new RuleSet<TlsEvent, TlsVerdict>()
  #settings: TlsSettings
  #armed: Armed = {
    state: undefined,
    settings: undefined,
    met: [],
    openBefore: new Map(),
    verdicts: new Map(),
    hungUp: 0,
  }
  #state: TlsState | undefined
  #connections = 0

  /** @throws Error with `code` EADDRINUSE when the port is taken. */
  static async open(options: TlsEdgeOptions): Promise<TlsEdge> {
    const { authority, clientCertificate, tickets, tlsVersion } = options
    const ticketKeys = tickets ? randomBytes(ticketKeysBytes) : undefined
    const demands = { ticketKeys, clientCertificate, tlsVersion }
    const healthy = await tlsSettings(authority, undefined, demands)
    const server = createServer({ allowHalfOpen: true, noDelay: true })
    const port = await options.ground.listen(server, options.address, options.port)
    return new TlsEdge(options, server, port, healthy, demands)
  }

  private constructor(
    options: TlsEdgeOptions,
    server: Server,
    port: number,
    healthy: TlsSettings,
    demands: TlsDemands,
  ) {
    this.#options = options
    this.#server = server
    this.address = options.address
    this.port = port
    this.#healthy = healthy
    this.#demands = demands
    this.#settings = healthy
    server.on('connection', (raw) => this.#accept(raw))
    server.on('error', options.onBug)
  }

  async arm(plan: TlsPlan): Promise<ArmedPoint> {
    const { state } = plan
    const settings = state ? await tlsSettings(this.#options.authority, state, this.#demands) : this.#healthy
    this.#armed = {
      state,
      settings: state && settings,
      met: [],
      openBefore: new Map([...this.#open].map((connection) => [connection, connection.receivedBytes])),
      verdicts: new Map(),
      hungUp: 0,
    }
    this.#settings = settings
    this.#state = state
    this.#rules.arm(plan.rules ?? [], nowMs())
    return armedAt({ evidence: () => this.evidence(), heal: () => this.heal() })
  }

  async heal(): Promise<void> {
    this.#rules.heal()
    this.#settings = this.#healthy
    this.#state = undefined
  }

  async evidence(): Promise<Evidence> {
    const { state, verdicts } = this.#armed
    const met = this.#metState()
    const parts = [
      ...[...verdicts].map(([became, count]) => handshakeWords(count, became)),
      ...(state ? [stateWords(state, met, this.#armed.settings!.chain.served)] : []),
    ]
    const fired = [...verdicts.values()].reduce((sum, count) => sum + count, met)
    const [only, other] = parts
    if (only === undefined) return { fired, text: 'no handshake was changed' }
    return { fired, ...(other === undefined ? only : { text: parts.map(({ text }) => text).join(', ') }) }
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    await Promise.all([...this.#open].map((connection) => connection.destroy()))
    await closed
  }

  /** A certificate counts when all of it was sent, any other state when a handshake (or connection) met it. */
  #metState(): number {
    const { state, met, openBefore, hungUp } = this.#armed
    if (!state) return 0
    if (state.kind === 'hang-up') return hungUp
    if (state.kind === 'certificate' && state.metBy === 'open-connections')
      return [...openBefore].filter(([connection, bytes]) => connection.receivedBytes > bytes).length
    if (state.kind === 'certificate' && state.metBy === 'resumed-sessions')
      return met.filter((connection) => connection.isResumed).length
    if (state.kind === 'certificate')
      return met.filter((connection) => connection.hasServedCertificate).length
    return met.length
  }

  #accept(raw: Socket): void {
    const id = ++this.#connections
    // Of the arming that decides: what an older connection still does is no proof of the next.
    let { verdicts } = this.#armed
    const connection = new TlsConnection(raw, {
      settings: () => {
        if (this.#settings === this.#armed.settings) this.#armed.met.push(connection)
        return this.#settings
      },
      decide: (hello) => {
        verdicts = this.#armed.verdicts
        return this.#rules.decide(hello, nowMs())
      },
      onActed: (verdict) => {
        const text = verdictText(verdict)
        verdicts.set(text, (verdicts.get(text) ?? 0) + 1)
      },
      upstream: this.#options.upstream,
      observe: (observation) => this.#options.observe({ machine: 'tls', connection: id, ...observation }),
    })
    this.#open.add(connection)
    raw.once('close', () => this.#open.delete(connection))
    if (this.#state?.kind === 'hang-up') {
      this.#armed.hungUp += 1
      connection.hangUp(this.#state.how)
    }
  }
}

/** What was armed last and the connections that met it. Kept after healing: it is the proof. */
interface Armed {
  readonly state: TlsState | undefined
  readonly settings: TlsSettings | undefined
  readonly met: TlsConnection[]
  /** Connections that were open when it was armed, and how much each had received by then. */
  readonly openBefore: ReadonlyMap<TlsConnection, number>
  readonly verdicts: Map<string, number>
  hungUp: number
}

/** What became of a handshake, behind its count. */
function verdictText(verdict: TlsVerdict): string {
  switch (verdict.kind) {
    case 'alert':
      return `met the ${verdict.level} alert ${verdict.description}`
    case 'stall':
      return 'got no answer to the ClientHello'
    case 'cut':
      return `met a ${verdict.how === 'end' ? 'FIN' : 'RST'}${verdict.at === 'secured' ? ' at its end' : ''}`
    case 'answer':
      return 'met something other than TLS'
    case 'slow':
      return `crawled at ${verdict.bytes} bytes per ${verdict.everyMs} ms`
    case 'corrupt':
      return 'met a corrupted record'
    case 'truncate':
      return 'ended without close_notify'
    default:
      return verdict satisfies never
  }
}

function handshakeWords(count: number, became: string): ReturnType<typeof countedWords> {
  return countedWords(countOf(count, 'handshake'), ` ${became}`)
}

function stateWords(
  state: TlsState,
  count: number,
  served: ServedCertificate,
): ReturnType<typeof countedWords> {
  switch (state.kind) {
    case 'certificate': {
      const shown = ` used on, never shown ${certificateText(served)}`
      if (state.metBy === 'open-connections')
        return countedWords(countOf(count, 'open connection'), ` ${wasOf(count)}${shown}`)
      if (state.metBy === 'resumed-sessions')
        return countedWords(countOf(count, 'resumed session'), ` ${wasOf(count)}${shown}`)
      return handshakeWords(count, `served ${certificateText(served)}`)
    }
    case 'protocol':
      return handshakeWords(count, 'met other protocol settings')
    case 'client-certificate':
      return handshakeWords(count, 'asked for a client certificate')
    case 'hang-up':
      return countedWords(countOf(count, 'connection'), ` ${wasOf(count)} hung up on`)
    default:
      return state satisfies never
  }
}

function certificateText({ names, untimely }: ServedCertificate): string {
  const { begins, ended } = untimely ?? {}
  if (ended !== undefined) return `a certificate that ended ${ended.slice(0, 10)}`
  if (begins !== undefined) return `a certificate that begins ${begins.slice(0, 10)}`
  return `a certificate for ${names.join(', ') || 'no name'}`
}
