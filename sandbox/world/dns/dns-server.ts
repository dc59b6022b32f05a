import { nowMs } from '../clock.ts'
import type { Ground } from '../ground/ground.ts'
import type { Breakable, Evidence } from '../machine.ts'
import { RuleSet } from '../rules.ts'
import type { Observe } from '../trace.ts'
import { buildAnswer, checkRules, checkZone } from './dns-answer.ts'
import { type DnsQuestion, eventOf, readAnswer, readQuestion } from './dns-message.ts'
import type { DnsAnswer, DnsEvent, DnsPlan, DnsState, DnsVerdict, DnsZone } from './dns-points.ts'
import { type DnsPeer, DnsSockets, type Transport } from './dns-sockets.ts'
import { DnsTally } from './dns-tally.ts'

export interface DnsServerOptions {
  readonly ground: Ground
  readonly address: string
  /** 0 means any free one. UDP and TCP get the same. */
  readonly port: number
  readonly zone: DnsZone
  readonly observe: Observe
  /** Told of everything that goes wrong in here: to a client a bug of ours would look like a fault. */
  readonly onBug: (error: Error) => void
}

/**
 * The resolver the clients ask: it knows the names of its zone, and nothing else exists (NXDOMAIN). It
 * answers as a recursive resolver does (RA=1, AA=0), over UDP and TCP.
 */
export class DnsServer implements Breakable<DnsPlan> {
  readonly address: string
  readonly #zone: DnsZone
  readonly #observe: Observe
  readonly #onBug: (error: Error) => void
  readonly #rules = new RuleSet<DnsEvent, DnsVerdict>()
  readonly #timers = new Set<NodeJS.Timeout>()
  #sockets!: DnsSockets
  #tally = new DnsTally()
  #state: DnsState | undefined

  private constructor(options: DnsServerOptions) {
    this.address = options.address
    this.#zone = options.zone
    this.#observe = options.observe
    this.#onBug = options.onBug
  }

  /** @throws Error where the port is taken, or the zone holds what cannot be encoded. */
  static async open(options: DnsServerOptions): Promise<DnsServer> {
    checkZone(options.zone)
    const server = new DnsServer(options)
    const { ground, address, port, onBug } = options
    const onMessage = (message: Buffer, peer: DnsPeer) => server.#guard(() => server.#receive(message, peer))
    try {
      server.#sockets = await DnsSockets.open({ ground, address, port, onMessage, onBug })
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : ''
      const next = port === 0 ? '' : '. Free the port, or run with --port-dns 0'
      throw new Error(`DNS server: cannot listen on ${address}:${port}${code}${next}`, { cause })
    }
    return server
  }

  get port(): number {
    return this.#sockets.port
  }

  /**
   * @throws Error where a rule cannot be carried out (nothing has changed then), or where a port that a state
   * had closed was taken meanwhile.
   */
  async arm({ rules = [], state }: DnsPlan): Promise<void> {
    checkRules(rules, this.#zone)
    await this.#enter(state)
    this.#tally = new DnsTally()
    this.#rules.arm(rules, nowMs())
  }

  async heal(): Promise<void> {
    this.#rules.heal()
    await this.#enter(undefined)
  }

  /**
   * Nobody sees who knocks at a closed port. So where only a state is armed, `fired` is 1 while the kernel
   * confirms it, and the client's own attempt has to be the other half of the proof.
   */
  async evidence(): Promise<Evidence> {
    const { fired } = this.#rules
    if (this.#state === undefined) return { fired, text: this.#tally.text }
    const shut = closedBy(this.#state)
    const probes = await Promise.all(shut.map((transport) => this.#sockets.isShut(transport)))
    const holds = probes.every(Boolean)
    const names = shut.map((transport) => transport.toUpperCase()).join(' and ')
    const ports = `${names} port ${this.port} ${holds ? 'closed (probed)' : 'NOT closed'}`
    const count = this.#rules.isArmed ? fired : 1
    return { fired: holds ? count : 0, text: `${ports}, ${this.#tally.text}` }
  }

  async close(): Promise<void> {
    this.#rules.heal()
    this.#forgetDelayed()
    await this.#sockets.close()
  }

  async #enter(state: DnsState | undefined): Promise<void> {
    this.#forgetDelayed()
    const shut = closedBy(state)
    await this.#sockets.keepOpen((['udp', 'tcp'] as const).filter((transport) => !shut.includes(transport)))
    this.#state = state
  }

  #receive(message: Buffer, peer: DnsPeer): void {
    const question = readQuestion(message)
    if (question === undefined) return
    const event = eventOf(question, peer.transport)
    this.#tally.question()
    this.#observe({ machine: 'dns', what: 'question', ...event })
    const verdict = this.#rules.decide(event, nowMs()) ?? { kind: 'answer' }
    switch (verdict.kind) {
      case 'answer':
        this.#answer(question, verdict, peer)
        break
      case 'drop':
        break
      case 'reset':
        peer.reset()
        this.#tally.reply('TCP reset')
        break
      case 'end':
        peer.end()
        this.#tally.reply('TCP end')
        break
      default:
        verdict satisfies never
    }
  }

  #answer(question: DnsQuestion, answer: DnsAnswer, peer: DnsPeer): void {
    const askedAtMs = nowMs()
    const message = buildAnswer(question, this.#zone, answer, peer.transport)
    const send = () => {
      if (!peer.isThere()) return
      const reading = readAnswer(message, question)
      const { rcode, records, flaws } = reading
      this.#tally.answer(reading, nowMs() - askedAtMs)
      this.#observe({
        machine: 'dns',
        what: 'answer',
        ...eventOf(question, peer.transport),
        ...(rcode && { rcode }),
        records,
        ...(flaws.length > 0 && { flaws }),
      })
      peer.send(message)
    }
    if (answer.delayMs === undefined) send()
    else this.#later(send, answer.delayMs)
  }

  #later(act: () => void, delayMs: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#guard(act)
    }, delayMs)
    this.#timers.add(timer)
  }

  /** A delayed answer belongs to the fault that delayed it: it must not come out after that is over. */
  #forgetDelayed(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }

  #guard(act: () => void): void {
    try {
      act()
    } catch (error) {
      this.#onBug(error instanceof Error ? error : new Error(String(error)))
    }
  }
}

function closedBy(state: DnsState | undefined): readonly Transport[] {
  switch (state?.kind) {
    case undefined:
      return []
    case 'closed':
      return ['udp', 'tcp']
    case 'tcp-closed':
      return ['tcp']
    default:
      return state satisfies never
  }
}
