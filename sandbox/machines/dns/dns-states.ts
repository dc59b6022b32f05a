import type { Socket as UdpSocket } from 'node:dgram'
import type { Ground } from '../../host/ground/ground.ts'
import type { Evidence } from '../shared/breakable.ts'
import { countOf } from '../shared/evidence-words.ts'
import { buildQuestion, readAnswer, readQuestion } from './dns-message.ts'
import type { DnsState, DnsZone } from './dns-points.ts'
import type { DnsSockets, Transport } from './dns-sockets.ts'

/** What stands around a DNS server, and what a state may need of it. */
export interface DnsSurroundings {
  readonly ground: Ground
  readonly address: string
  readonly port: () => number
  readonly sockets: () => DnsSockets
  readonly healthyZone: DnsZone
  readonly openOtherHost?: ((address: string) => Promise<{ close(): Promise<void> }>) | undefined
  /** A question reached the resolver that never answers. */
  readonly onSilent: (message: Buffer) => void
  readonly onBug: (error: Error) => void
}

/** What holds while a state is armed, from entering it to leaving it. */
export class DnsCondition {
  readonly zone: DnsZone
  /** The question it asks the server itself, while it waits for the answer: no client's. */
  ownQuestion: Buffer | undefined
  readonly #state: DnsState
  readonly #around: DnsSurroundings
  readonly #leave: () => Promise<void>
  readonly #asked: () => number

  static async enter(state: DnsState, around: DnsSurroundings): Promise<DnsCondition> {
    const { ground, address, healthyZone, openOtherHost } = around
    const neighbour = neighbourOf(address)
    const nothing = async () => {}
    const open = (['udp', 'tcp'] as const).filter((transport) => !closedBy(state).includes(transport))
    await around.sockets().keepOpen(open)
    switch (state.kind) {
      case 'closed':
      case 'tcp-closed':
        return new DnsCondition(state, around, healthyZone, nothing)
      case 'changed':
        return new DnsCondition(state, around, { ...healthyZone, ...state.zone }, nothing)
      case 'other-host': {
        if (openOtherHost === undefined) throw new Error('DNS server: no other host can be opened here')
        const host = await openOtherHost(neighbour)
        const names = Object.keys(healthyZone).map((name) => [name, { A: [neighbour] }])
        return new DnsCondition(state, around, Object.fromEntries(names), () => host.close())
      }
      case 'silent-first': {
        if (ground.useResolvers === undefined) {
          throw new Error("DNS server: a client's list of resolvers is ours in the sealed world only")
        }
        const silent = await ground.bindUdp(neighbour, around.port())
        silent.on('error', around.onBug)
        let asked = 0
        silent.on('message', (message) => {
          asked += 1
          around.onSilent(message)
        })
        ground.useResolvers(address, [neighbour, address])
        const leave = async () => {
          ground.useResolvers?.(address, [address])
          await closed(silent)
        }
        return new DnsCondition(state, around, healthyZone, leave, () => asked)
      }
      default:
        return state satisfies never
    }
  }

  private constructor(
    state: DnsState,
    around: DnsSurroundings,
    zone: DnsZone,
    leave: () => Promise<void>,
    asked: () => number = () => 0,
  ) {
    this.#state = state
    this.#around = around
    this.zone = zone
    this.#leave = leave
    this.#asked = asked
  }

  async leave(): Promise<void> {
    await this.#leave()
  }

  /**
   * The server sees neither a client that knocks at a closed port nor one that does not ask again. So `fired`
   * is 1 while a probe confirms the state, and the client's own attempt has to be the other half of the proof.
   */
  async proof(): Promise<Evidence> {
    const { kind } = this.#state
    if (kind === 'silent-first') {
      const asked = this.#asked()
      return {
        fired: asked,
        text: `the first resolver, which is silent, was asked ${countOf(asked, 'time')}`,
      }
    }
    return kind === 'changed' || kind === 'other-host' ? await this.#zoneProof() : await this.#portProof()
  }

  async #portProof(): Promise<Evidence> {
    const shut = closedBy(this.#state)
    const probes = await Promise.all(shut.map((transport) => this.#around.sockets().isShut(transport)))
    const holds = probes.every(Boolean)
    const names = shut.map((transport) => transport.toUpperCase()).join(' and ')
    const text = `${names} port ${this.#around.port()} ${holds ? 'closed (probed)' : 'NOT closed'}`
    return { fired: holds ? 1 : 0, text, isProbed: true }
  }

  /** Asks for a name that changed, over the network, as a client would. */
  async #zoneProof(): Promise<Evidence> {
    const changed = this.#state.kind === 'changed' ? this.#state.zone : this.zone
    const [name = '', addresses] = Object.entries(changed)[0] ?? []
    const expected = (addresses?.A ?? []).map((address) => `A ${address}`).join(', ')
    const message = buildQuestion(name, 'A')
    const question = readQuestion(message)
    this.ownQuestion = message
    const answer = await this.#around.sockets().ask(message)
    this.ownQuestion = undefined
    const said = answer && question ? readAnswer(answer, question).records.join(', ') : 'nothing'
    const before = (this.#around.healthyZone[name]?.A ?? []).map((address) => `A ${address}`).join(', ')
    const holds = said === expected && said !== before
    return { fired: holds ? 1 : 0, text: `the record is now ${said} (asked)`, isProbed: true }
  }
}

/** An address that only states of this one's DNS server use: 127.0.0.3 has 127.0.2.3. */
function neighbourOf(address: string): string {
  return address.replace(/^127\.0\.\d+\./, '127.0.2.')
}

function closed(socket: UdpSocket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()))
}

function closedBy(state: DnsState): readonly Transport[] {
  if (state.kind === 'closed') return ['udp', 'tcp']
  return state.kind === 'tcp-closed' ? ['tcp'] : []
}
