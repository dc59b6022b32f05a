import { PartFailure } from '../../errors/part-failure.ts'
import { nowMs } from '../../host/clock.ts'
import type { Ground } from '../../host/ground/ground.ts'
import { type Armed, armedAt, type Breakable, type Evidence } from '../shared/breakable.ts'
import { RuleSet } from '../shared/rules.ts'
import type { Observe } from '../shared/trace.ts'
import { buildAnswer, checkRules, checkZone } from './dns-answer.ts'
import { type DnsQuestion, type DnsReading, eventOf, readAnswer, readQuestion } from './dns-message.ts'
import type { DnsAnswer, DnsEvent, DnsPlan, DnsState, DnsVerdict, DnsZone } from './dns-points.ts'
import { type DnsPeer, DnsSockets } from './dns-sockets.ts'
import { DnsCondition, type DnsSurroundings } from './dns-states.ts'
import { DnsTally } from './dns-tally.ts'
import { type PlainAnswer, PlainAnswers, withIdOf } from './plain-answers.ts'

export interface DnsServerOptions {
  readonly ground: Ground
  readonly address: string
  /** 0 means any free one. UDP and TCP get the same. */
  readonly port: number
  readonly zone: DnsZone
  /** Opens a host that is up, and not the API, at this address. */
  readonly openOtherHost?: DnsSurroundings['openOtherHost']
  readonly observe: Observe
  /** Told of everything that goes wrong in here: to a client a bug of ours would look like a fault. */
  readonly onBug: (error: Error) => void
}

/** What the zone says. */
const healthy: DnsAnswer = { kind: 'answer' }

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
  /** Questions that a verdict treated otherwise than in health, since the last arming. */
  #acted = 0
  readonly #plain = new PlainAnswers()
  readonly #around: DnsSurroundings
  #condition: DnsCondition | undefined

  private constructor(options: DnsServerOptions) {
    this.address = options.address
    this.#zone = options.zone
    this.#around = {
      ...options,
      port: () => this.port,
      sockets: () => this.#sockets,
      healthyZone: options.zone,
      onSilent: (message) => this.#guard(() => this.#note(message)),
    }
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
      if (cause instanceof PartFailure) throw cause
      const code = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : ''
      const next = port === 0 ? '' : '. Free the port or choose another.'
      throw new PartFailure(`DNS server: cannot listen on ${address}:${port}${code}${next}`, { cause })
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
  async arm({ rules = [], state }: DnsPlan): Promise<Armed> {
    checkRules(rules, this.#zone)
    if (state?.kind === 'changed') checkZone(state.zone)
    await this.#enter(state)
    this.#tally = new DnsTally()
    this.#acted = 0
    this.#rules.arm(rules, nowMs())
    return armedAt({ evidence: () => this.evidence(), heal: () => this.heal() })
  }

  async heal(): Promise<void> {
    this.#rules.heal()
    await this.#enter(undefined)
  }

  async evidence(): Promise<Evidence> {
    const { isArmed } = this.#rules
    const { words } = this.#tally
    const fired = this.#acted
    const proof = await this.#condition?.proof()
    if (proof === undefined) return { fired, ...words }
    const text = `${proof.text}, ${words.text}`
    // Beside a state, rules count what the state cannot.
    return isArmed && proof.fired > 0 ? { fired, text } : { ...proof, text }
  }

  async close(): Promise<void> {
    this.#rules.heal()
    this.#forgetDelayed()
    await this.#condition?.leave()
    await this.#sockets.close()
  }

  async #enter(state: DnsState | undefined): Promise<void> {
    this.#forgetDelayed()
    // Where it cannot be left, healing can be tried again.
    await this.#condition?.leave()
    this.#condition = undefined
    if (state === undefined) await this.#sockets.keepOpen(['udp', 'tcp'])
    else this.#condition = await DnsCondition.enter(state, this.#around)
  }

  /** A question that reached the silent resolver: all there is to see of it. */
  #note(message: Buffer): void {
    const question = readQuestion(message)
    if (question === undefined) return
    this.#tally.question()
    this.#observe({ machine: 'dns', what: 'question', ...eventOf(question, 'udp') })
  }

  get #zoneNow(): DnsZone {
    return this.#condition?.zone ?? this.#zone
  }

  /** Only where nothing is armed is an answer what the zone says, each time. */
  get #isPlain(): boolean {
    return this.#condition === undefined && !this.#rules.isArmed
  }

  #receive(message: Buffer, peer: DnsPeer): void {
    const kept = this.#isPlain ? this.#plain.find(message, peer.transport) : undefined
    if (kept === undefined) this.#receiveNew(message, peer)
    else this.#answerAgain(message, kept, peer)
  }

  #answerAgain(asked: Buffer, { event, message, reading }: PlainAnswer, peer: DnsPeer): void {
    this.#tally.question()
    this.#observe({ machine: 'dns', what: 'question', ...event })
    this.#tally.answer(reading, 0)
    this.#send(withIdOf(asked, message), reading, event, peer)
  }

  #receiveNew(message: Buffer, peer: DnsPeer): void {
    const question = readQuestion(message)
    if (question === undefined) return
    if (this.#condition?.ownQuestion?.equals(message)) {
      peer.send(buildAnswer(question, this.#zoneNow, { kind: 'answer' }, peer.transport))
      return
    }
    const event = eventOf(question, peer.transport)
    this.#tally.question()
    this.#observe({ machine: 'dns', what: 'question', ...event })
    const verdict = this.#rules.decide(event, nowMs()) ?? healthy
    if (this.#differs(question, verdict, peer)) this.#acted += 1
    switch (verdict.kind) {
      case 'answer':
        this.#answer(question, verdict, peer)
        if (verdict === healthy && this.#isPlain) this.#keep(message, question, event)
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

  /** A stale record may say what the zone says too: then nothing was broken. */
  #differs(question: DnsQuestion, verdict: DnsVerdict, { transport }: DnsPeer): boolean {
    if (verdict === healthy) return false
    if (verdict.kind !== 'answer' || (verdict.delayMs ?? 0) > 0) return true
    const said = buildAnswer(question, this.#zoneNow, verdict, transport)
    return !said.equals(buildAnswer(question, this.#zone, healthy, transport))
  }

  #answer(question: DnsQuestion, answer: DnsAnswer, peer: DnsPeer): void {
    const askedAtMs = nowMs()
    const message = buildAnswer(question, this.#zoneNow, answer, peer.transport)
    const send = () => {
      if (!peer.isThere()) return
      const reading = readAnswer(message, question)
      this.#tally.answer(reading, nowMs() - askedAtMs)
      this.#send(message, reading, eventOf(question, peer.transport), peer)
    }
    if (answer.delayMs === undefined) send()
    else this.#later(send, answer.delayMs)
  }

  #send(message: Buffer, { rcode, records, flaws }: DnsReading, event: DnsEvent, peer: DnsPeer): void {
    this.#observe({
      machine: 'dns',
      what: 'answer',
      ...event,
      ...(rcode && { rcode }),
      records,
      ...(flaws.length > 0 && { flaws }),
    })
    peer.send(message)
  }

  #keep(asked: Buffer, question: DnsQuestion, event: DnsEvent): void {
    const message = buildAnswer(question, this.#zone, healthy, event.transport)
    this.#plain.keep(asked, { event, message, reading: readAnswer(message, question) })
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
