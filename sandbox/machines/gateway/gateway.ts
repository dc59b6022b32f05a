import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { nowMs } from '../../host/clock.ts'
import type { Ground } from '../../host/ground/ground.ts'
import { type Armed, armedAt, type Breakable, type Evidence } from '../shared/breakable.ts'
import { countedWords, countOf, wasOf } from '../shared/evidence-words.ts'
import { evidenceOfRequests } from '../shared/request-evidence.ts'
import { nextRequestId } from '../shared/request-id.ts'
import { RuleSet } from '../shared/rules.ts'
import type { GatewayObservation, Observe } from '../shared/trace.ts'
import type { GatewayEvent, GatewayPlan, GatewayVerdict } from './gateway-points.ts'
import { headersDigest, Replies } from './replies.ts'
import { type Head, ReverseProxy, UpstreamFailure } from './reverse-proxy.ts'

/** Idle connections stay open longer than any scenario lasts, so that none is closed just as it is reused. */
const keepAliveTimeoutMs = 60_000

export interface GatewayOptions {
  readonly ground: Ground
  readonly address: string
  /** 0 means any free port. */
  readonly port: number
  /** The front door it belongs to; it gives every request the id `<door>.<n>`. */
  readonly door: string
  /** Where the API is, asked for every request: it may come back on another port. */
  readonly upstream: () => { readonly host: string; readonly port: number }
  readonly observe: Observe
  /** Whether anybody will compare what comes with what leaves. Default: yes. */
  readonly isCompared?: boolean
  /** Called with what can only be a mistake of this file. */
  readonly onBug: (error: Error) => void
  /** How long the API may be silent before the client gets a 504. Default: 10 000. */
  readonly timeoutMs?: number
}

/** The reverse proxy in front of the API. It turns a dead API into a 502 and a silent one into a 504. */
export class Gateway implements Breakable<GatewayPlan> {
  readonly address: string
  #port = 0
  readonly #options: Required<GatewayOptions>
  readonly #server: Server
  readonly #proxy = new ReverseProxy()
  readonly #rules = new RuleSet<GatewayEvent, GatewayVerdict>()
  #met: GatewayEvent[] = []
  #connectionsMax: number | undefined
  #connectionsRefused = 0
  /** Reads along what leaves. */
  readonly replies: Replies

  /** @throws Error with `code` EADDRINUSE when the port is taken. */
  static async open(options: GatewayOptions): Promise<Gateway> {
    const gateway = new Gateway({ timeoutMs: 10_000, isCompared: true, ...options })
    try {
      gateway.#port = await options.ground.listen(gateway.#server, options.address, options.port)
      return gateway
    } catch (error) {
      gateway.#proxy.close()
      throw error
    }
  }

  private constructor(options: Required<GatewayOptions>) {
    this.#options = options
    this.address = options.address
    this.replies = new Replies(options.isCompared, (left) => this.#observe(left))
    const { createServer } = process.getBuiltinModule('node:http')
    this.#server = createServer({ keepAliveTimeout: keepAliveTimeoutMs }, (request, response) => {
      this.#serve(request, response).catch((error: Error) => {
        response.destroy()
        options.onBug(error)
      })
    })
    this.#server.on('connection', (socket) => {
      const port = socket.remotePort ?? 0
      socket.once('close', () => this.replies.closed(port))
    })
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      this.#refuseMalformed(error, socket as Socket)
    })
    this.#server.on('drop', () => {
      this.#connectionsRefused += 1
    })
  }

  get port(): number {
    return this.#port
  }

  async arm({ rules = [], state }: GatewayPlan): Promise<Armed> {
    this.#met = []
    this.#connectionsRefused = 0
    this.#connectionsMax = state?.connectionsMax
    // Nothing at all (not Infinity) is how node:net knows that there is no limit.
    Object.assign(this.#server, { maxConnections: this.#connectionsMax })
    this.#rules.arm(rules, nowMs())
    return armedAt({ evidence: () => this.evidence(), heal: () => this.heal() })
  }

  async heal(): Promise<void> {
    this.#rules.heal()
    this.#connectionsMax = undefined
    Object.assign(this.#server, { maxConnections: undefined })
  }

  async evidence(): Promise<Evidence> {
    if (this.#connectionsMax === undefined) return evidenceOfRequests(this.#met)
    const fired = this.#connectionsRefused
    const became = ` ${wasOf(fired)} closed at once: at most ${this.#connectionsMax} may be open`
    return { fired, ...countedWords(countOf(fired, 'connection'), became) }
  }

  /** Tells what has left of replies that are written and not whole. */
  flushObservations(): void {
    this.replies.flush()
  }

  /** Stops listening and ends every connection, on both sides. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    this.#proxy.close()
    await closed
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request
    const event = { method, path: url.split('?', 1)[0]! }
    const id = nextRequestId(this.#options.door)
    const written = this.replies.ask(request.socket.remotePort ?? 0, id, method)
    this.#observe({ what: 'request', request: id, ...event })
    request.once('end', () => this.#observe({ what: 'received', request: id }))
    response.once('finish', () => {
      written()
      this.#observe({ what: 'response', request: id, status: response.statusCode })
    })
    response.once('close', () => {
      if (!response.writableFinished) this.#observe({ what: 'aborted', request: id })
    })

    const verdict = this.#rules.decide(event, nowMs())
    if (verdict === undefined) return this.#forward(id, request, response)
    switch (verdict.kind) {
      case 'respond':
        this.#met.push(event)
        this.#observe({ what: 'own-answer', request: id, status: verdict.status })
        respond(response, verdict)
        return
      case 'alter':
        return this.#forward(id, request, response, (head) => {
          const changed = altered(head, verdict)
          // A header that says already what it is to say is not altered, nor is one missing that is to be taken out.
          if (!isDeepStrictEqual(changed, head)) this.#met.push(event)
          return changed
        })
      case 'misframe':
        return this.#forward(id, request, response, (head) => {
          this.#met.push(event)
          written()
          return { ...head, moreBytes: verdict.moreBytes }
        })
      case 'delay':
        if (verdict.delayMs > 0) this.#met.push(event)
        // Without `ref`: a client that left long ago must not keep the runner alive.
        await delay(verdict.delayMs, undefined, { ref: false })
        if (!response.closed) await this.#forward(id, request, response)
        return
      case 'hang':
        this.#met.push(event)
        return
      default:
        verdict satisfies never
    }
  }

  async #forward(
    id: string,
    request: IncomingMessage,
    response: ServerResponse,
    alter: (head: Head) => Head = (head) => head,
  ): Promise<void> {
    const { isCompared, upstream, timeoutMs } = this.#options
    this.#observe({ what: 'handed-on', request: id })
    try {
      await this.#proxy.forward(request, response, {
        upstream: upstream(),
        headers: { 'x-request-id': id },
        timeoutMs,
        headFor: (head) => {
          const headers = isCompared && { headers: headersDigest(head.headers) }
          this.#observe({ what: 'upstream-response', request: id, status: head.status, ...headers })
          return alter(head)
        },
      })
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error
      this.#observe({ what: 'upstream-failed', request: id, code: error.code })
      if (response.headersSent) return
      const refuse = (status: number, code: string) => {
        this.#observe({ what: 'own-answer', request: id, status, code })
        respond(response, { status, headers: jsonHeaders, body: JSON.stringify({ error: code }) })
      }
      if (error.code === 'ETIMEDOUT') refuse(504, 'gateway_timeout')
      else refuse(502, 'bad_gateway')
    }
  }

  /** Answers what is no HTTP request, as Node does on its own; only so does it stand in the trace. */
  #refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const reason = malformed[error.code ?? ''] ?? '400 Bad Request'
    socket.end(`HTTP/1.1 ${reason}\r\nConnection: close\r\n\r\n`)
    const status = Number.parseInt(reason, 10)
    const request = nextRequestId(this.#options.door)
    this.#observe({ what: 'own-answer', request, status, code: error.code ?? error.message })
    this.#observe({ what: 'response', request, status })
  }

  #observe(observation: Omit<GatewayObservation, 'machine'>): void {
    this.#options.observe({ machine: 'gateway', ...observation })
  }
}

/** The statuses Node's own server gives to errors of its parser (node:http, Event 'clientError'). */
const malformed: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

const jsonHeaders = { 'Content-Type': 'application/json; charset=utf-8' }

interface Response {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Headers set one by one, not with `writeHead`: so Node still adds the Content-Length. */
function respond(response: ServerResponse, { status, headers = {}, body }: Response): void {
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.end(body)
}

type Alteration = Extract<GatewayVerdict, { kind: 'alter' }>

function altered(head: Head, { status, headers = {}, body }: Alteration): Head {
  const changes = new Map(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), { name, value }]),
  )
  // The API's validators and lengths belong to the body it sent.
  const dropped = new Set([...changes.keys(), ...(body === undefined ? [] : ['content-length', 'etag'])])
  const kept: string[] = []
  for (let index = 0; index < head.headers.length; index += 2) {
    const name = head.headers[index]!
    if (!dropped.has(name.toLowerCase())) kept.push(name, head.headers[index + 1]!)
  }
  for (const { name, value } of changes.values()) if (value !== null) kept.push(name, value)
  return {
    status: status ?? head.status,
    ...(status === undefined && { statusMessage: head.statusMessage! }),
    headers: kept,
    ...(body !== undefined && { body }),
  }
}
