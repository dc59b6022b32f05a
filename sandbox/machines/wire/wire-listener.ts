import { createServer, isIPv6, type Server, type Socket } from 'node:net'
import type { FullBacklog, Ground } from '../../host/ground/ground.ts'
import type { Evidence } from '../shared/breakable.ts'
import { countedWords, countOf, wasOf } from '../shared/evidence-words.ts'
import type { Reach, WireState } from './wire-points.ts'

export interface WireListenerOptions {
  readonly ground: Ground
  readonly address: string
  readonly onConnection: (client: Socket) => void
  readonly onBug: (error: Error) => void
}

/** Where clients meet a wire: one port of one address, which takes connections, refuses them or never answers. */
export class WireListener {
  readonly address: string
  readonly #options: WireListenerOptions
  #port = 0
  #server: Server | undefined
  #backlog: FullBacklog | undefined
  #reach: Reach = 'works'

  constructor(options: WireListenerOptions) {
    this.#options = options
    this.address = options.address
  }

  /** @throws Error with `code` EADDRINUSE when the port is taken. */
  async open(port: number): Promise<number> {
    const { ground, onBug, onConnection } = this.#options
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true })
    server.on('connection', onConnection)
    this.#port = await ground.listen(server, this.address, port)
    server.on('error', onBug)
    this.#server = server
    return this.#port
  }

  async become(reach: Reach): Promise<void> {
    if (reach === this.#reach) return
    await this.#release()
    // Until the change is complete, so that a further one starts from what is true.
    this.#reach = 'refused'
    if (reach === 'works' && this.#server === undefined) await this.open(this.#port)
    if (reach === 'refused') this.#vacate()
    if (reach === 'silence') {
      const { ground } = this.#options
      // Where the kernel drops SYNs by itself, it goes on to listen: so no client meets a closed port before or after.
      this.#backlog = await ground.fillBacklog(this.address, this.#port, () => this.#vacate())
    }
    this.#reach = reach
  }

  /** What the kernel says of a port that does not work. Read before it works again. */
  async evidence(): Promise<Evidence> {
    if (this.#reach === 'silence') {
      const count = (await this.#backlog?.unanswered()) ?? 0
      return {
        fired: count,
        ...countedWords(
          countOf(count, 'SYN'),
          ` ${wasOf(count)} not answered (kernel: ${this.#backlog?.witness})`,
        ),
      }
    }
    const result = await this.#options.ground.probe(this.address, this.#port)
    const host = isIPv6(this.address) ? `[${this.address}]` : this.address
    const text = `a probe of ${host}:${this.#port}: ${result}`
    return { fired: result === 'ECONNREFUSED' ? 1 : 0, text, isProbed: true }
  }

  /** The port is free at once; the connections it accepted go on. */
  async close(): Promise<void> {
    this.#vacate()
    await this.#release()
  }

  #vacate(): void {
    this.#server?.close()
    this.#server = undefined
  }

  async #release(): Promise<void> {
    await this.#backlog?.release()
    this.#backlog = undefined
  }
}

/** With port 0 the kernel gives one that may be taken at the second address; then the next one is tried. */
const portAttemptsMax = 20

/** Opens the same port at each. @throws Error with `code` EADDRINUSE when it is taken. */
export async function listenOnAll(listeners: readonly WireListener[], wanted: number): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      let port = wanted
      for (const listener of listeners) port = await listener.open(port)
      return port
    } catch (error) {
      for (const listener of listeners) await listener.close()
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      if (wanted !== 0 || !isTaken || attempt === portAttemptsMax) throw error
    }
  }
}

/** How a state leaves the port at one of a wire's addresses. */
export function reachOf(address: string, state: WireState): Reach {
  switch (state.kind) {
    case 'closed':
      return 'refused'
    case 'backlog-full':
      return 'silence'
    case 'by-family':
      return isIPv6(address) ? state.ipv6 : state.ipv4
    case 'full':
    case 'open-struck':
      return 'works'
    default:
      return state satisfies never
  }
}
