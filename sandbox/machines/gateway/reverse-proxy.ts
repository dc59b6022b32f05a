import type { Agent, ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import util from 'node:util'
import type HttpProxy from 'http-proxy'
import { library } from '../../host/libraries/library.ts'
import { resetSocket } from '../../host/reset-socket.ts'

/** The head of an answer as the client is to get it. */
export interface Head {
  readonly status: number
  /** Left out: the phrase that belongs to the status. */
  readonly statusMessage?: string
  /** Name, value, name, value: as `rawHeaders`, so that spelling, order and repetition are kept. */
  readonly headers: readonly string[]
  /** Takes the place of the upstream's body. */
  readonly body?: string
  /** How many bytes more than the body has its Content-Length says. Written by hand: Node's writer refuses it. */
  readonly moreBytes?: number
}

export interface Forwarding {
  readonly upstream: { readonly host: string; readonly port: number }
  /** Added to the request. */
  readonly headers: Readonly<Record<string, string>>
  /** How long the upstream may be silent, before its answer or within it. */
  readonly timeoutMs: number
  /** Called with the upstream's head, without its hop-by-hop headers; the client gets what it returns. */
  readonly headFor: (head: Head) => Head
}

/** The upstream gave no answer, or broke off in the middle of it. */
export class UpstreamFailure extends Error {
  override readonly name = 'UpstreamFailure'
  /** The socket's or the parser's code; ETIMEDOUT when it was silent for too long. */
  readonly code: string
  /** A RST ended it, not a FIN. */
  readonly isReset: boolean

  constructor(code: string, cause?: NodeJS.ErrnoException) {
    super(`the upstream gave no complete answer: ${code}`, { cause })
    this.code = code
    this.isReset = cause?.code === 'ECONNRESET' && cause.syscall === 'read'
  }
}

/** What http-proxy tells about one request in events. */
interface Exchange {
  onRequest(toUpstream: ClientRequest): void
  onAnswer(answer: IncomingMessage): void
}

/**
 * `http-proxy` 1.18, with defects mended that were each measured:
 *
 * - Without an agent it opens a connection for every request: it gets one that keeps them alive.
 * - It reads `util._extend`, which prints DEP0060 on the terminal: it finds `Object.assign` there.
 * - Without a listener for its errors it throws them: each request brings its own.
 * - A client that leaves while the upstream is silent leaves the upstream request open for ever
 *   (http-party/node-http-proxy#1559): it is destroyed.
 * - Its `proxyTimeout` ends in the same ECONNRESET as a crash: the silence is timed here.
 * - When the upstream breaks off within the body, the client waits for ever: its connection is ended the way
 *   the upstream's was.
 * - A DELETE in chunks goes out as `Content-Length: 0` with the chunks after it: that pass is taken out.
 * - Hop-by-hop headers (RFC 9110 §7.6.1) of one side reach the other: they are taken out.
 */
export class ReverseProxy {
  readonly #proxy: HttpProxy
  readonly #agent: Agent
  readonly #exchanges = new WeakMap<IncomingMessage, Exchange>()

  constructor() {
    Object.assign(util, { _extend: Object.assign })
    const httpProxy = library('http-proxy')
    const { Agent } = process.getBuiltinModule('node:http')
    this.#agent = new Agent({ keepAlive: true })
    this.#proxy = httpProxy.createProxyServer({ agent: this.#agent, selfHandleResponse: true })
    const inside = this.#proxy as unknown as { webPasses: { readonly name: string }[] }
    inside.webPasses = inside.webPasses.filter((pass) => pass.name !== 'deleteLength')
    this.#proxy.on('proxyReq', (toUpstream, request) => this.#exchanges.get(request)?.onRequest(toUpstream))
    this.#proxy.on('proxyRes', (answer, request) => this.#exchanges.get(request)?.onAnswer(answer))
  }

  /**
   * Sends the request to the upstream and its answer to the client. Resolves when the response is closed:
   * finished, or given up by the client.
   * @throws UpstreamFailure when the upstream did not give a whole answer. Then either nothing has been sent
   *   to the client (`headersSent` is false), or its connection has been ended.
   */
  forward(request: IncomingMessage, response: ServerResponse, forwarding: Forwarding): Promise<void> {
    const { upstream, timeoutMs, headFor } = forwarding
    for (const name of notForwarded) delete request.headers[name]
    return new Promise((resolve, reject) => {
      let toUpstream: ClientRequest | undefined
      const fail = (code: string, cause?: NodeJS.ErrnoException) => {
        clearTimeout(silence)
        toUpstream?.destroy()
        if (response.closed || response.writableFinished) return
        const failure = new UpstreamFailure(code, cause)
        if (response.headersSent) breakOff(response, failure)
        reject(failure)
      }
      const onSilence = () => {
        // The upstream is not to blame while it is the client that does not read.
        if (response.writableNeedDrain) silence = setTimeout(onSilence, timeoutMs)
        else fail('ETIMEDOUT')
      }
      let silence = setTimeout(onSilence, timeoutMs)
      response.once('close', () => {
        clearTimeout(silence)
        if (!response.writableFinished) toUpstream?.destroy()
        resolve()
      })
      this.#exchanges.set(request, {
        onRequest: (started) => {
          toUpstream = started
          // The client may have left before the upstream request had a socket.
          if (response.closed) toUpstream.destroy()
        },
        onAnswer: (answer) => {
          answer.on('data', () => silence.refresh())
          answer.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message, error))
          try {
            deliver(answer, response, headFor(headOf(answer)))
          } catch (error) {
            toUpstream?.destroy()
            reject(error)
          }
        },
      })
      const target = { protocol: 'http:', host: upstream.host, port: upstream.port }
      const headers = { ...forwarding.headers, connection: 'keep-alive' }
      this.#proxy.web(request, response, { target, headers }, (error: NodeJS.ErrnoException) =>
        fail(error.code ?? error.message, error),
      )
      request.on('data', () => silence.refresh())
    })
  }

  /** Closes the connections to the upstream. */
  close(): void {
    this.#agent.destroy()
  }
}

const hopByHop = ['connection', 'keep-alive', 'proxy-connection', 'te', 'transfer-encoding', 'upgrade']

/**
 * Kept: `connection` is replaced, and `transfer-encoding` is how http-proxy knows that there is a body.
 * Added: our own server has answered `expect` already, and http-proxy hides requests that carry it.
 */
const notForwarded = ['keep-alive', 'proxy-connection', 'te', 'upgrade', 'expect']

function headOf(answer: IncomingMessage): Head {
  const dropped = new Set([...hopByHop, ...(answer.headers.connection ?? '').toLowerCase().split(/\s*,\s*/)])
  const headers: string[] = []
  for (let index = 0; index < answer.rawHeaders.length; index += 2) {
    const name = answer.rawHeaders[index]!
    if (!dropped.has(name.toLowerCase())) headers.push(name, answer.rawHeaders[index + 1]!)
  }
  return { status: answer.statusCode!, statusMessage: answer.statusMessage!, headers }
}

function deliver(answer: IncomingMessage, response: ServerResponse, head: Head): void {
  const { status, statusMessage, headers, body, moreBytes } = head
  if (moreBytes !== undefined) {
    misframe(answer, response, head, moreBytes)
    return
  }
  response.statusCode = status
  if (statusMessage !== undefined) response.statusMessage = statusMessage
  if (body === undefined) {
    response.writeHead(status, [...headers])
    answer.pipe(response)
  } else {
    for (let index = 0; index < headers.length; index += 2) {
      response.appendHeader(headers[index]!, headers[index + 1]!)
    }
    response.end(body)
  }
}

/** The socket is written to behind the back of the response, which never ends. */
function misframe(answer: IncomingMessage, response: ServerResponse, head: Head, moreBytes: number): void {
  const { status, statusMessage = '', headers } = head
  const body: Buffer[] = []
  answer.on('data', (chunk: Buffer) => body.push(chunk))
  answer.once('end', () => {
    const bytes = Buffer.concat(body)
    const lines: string[] = []
    for (let index = 0; index < headers.length; index += 2) {
      if (headers[index]!.toLowerCase() !== 'content-length')
        lines.push(`${headers[index]}: ${headers[index + 1]}`)
    }
    lines.push(`Content-Length: ${Math.max(0, bytes.length + moreBytes)}`)
    response.socket?.write(`HTTP/1.1 ${status} ${statusMessage}\r\n${lines.join('\r\n')}\r\n\r\n`)
    response.socket?.write(bytes)
  })
}

/** The client has the head already, so only the end of its connection can tell it that the body is not whole. */
function breakOff(response: ServerResponse, failure: UpstreamFailure): void {
  const { socket } = response
  if (socket === null) return
  if (failure.isReset) resetSocket(socket)
  else socket.destroySoon()
}
