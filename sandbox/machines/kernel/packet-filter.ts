import { isIPv6 } from 'node:net'
import type { Kernel, PacketCounts } from '../../host/ground/kernel.ts'
import { listingOf, removalOf } from '../../host/ground/nft-table.ts'
import { addressesOf, type PlaceAddress } from '../../host/place.ts'
import { type Armed, armedAt, type Breakable, type Evidence } from '../shared/breakable.ts'
import { countedWords, countOf, wasOf } from '../shared/evidence-words.ts'
import type { PacketPlan, PacketRule, Rejection } from './packet-points.ts'

const rejections: Record<Rejection, string> = {
  'tcp-reset': 'tcp reset',
  'host-unreachable': 'icmpx type host-unreachable',
  // In IPv4 it says that the network is unreachable (nft(8), REJECT STATEMENT).
  'net-unreachable': 'icmpx type no-route',
  'port-unreachable': 'icmpx type port-unreachable',
  'admin-prohibited': 'icmpx type admin-prohibited',
}

/** Where a count of the first packets would start anew: beyond what any call sends. */
const packetsMax = 1_000_000_000

/**
 * The packets between one client and its front door, filtered by the kernel (nftables). A table of its own, so
 * that healing removes exactly what was armed.
 */
export class PacketFilter implements Breakable<PacketPlan> {
  readonly #kernel: Kernel
  readonly #place: PlaceAddress
  readonly #table: string
  #isArmed = false
  #last: Evidence = { fired: 0, text: 'nothing armed' }
  #before: PacketCounts = { sent: 0, arrived: 0 }

  constructor(kernel: Kernel, place: PlaceAddress) {
    this.#kernel = kernel
    this.#place = place
    this.#table = `inet faultpath_${place.address.replaceAll('.', '_')}`
  }

  async arm({ state }: PacketPlan): Promise<Armed> {
    await this.heal()
    // A chain for each rule, so that one count goes for both families.
    const rules = state.rules.map((rule, index) => `  chain rule${index} {\n    ${ruleText(rule)}\n  }`)
    const jumps = state.rules.flatMap((rule, index) =>
      waysOf(rule, this.#place).map((way) => `    ${way} jump rule${index}`),
    )
    // In the input hook: a drop on the way out would be reported to the sender.
    const chain = `  chain input {\n    type filter hook input priority 0; policy accept;\n${jumps.join('\n')}\n  }`
    this.#before = await this.#counts()
    await this.#kernel.nft(`table ${this.#table} {\n${rules.join('\n')}\n${chain}\n}\n`)
    this.#isArmed = true
    return armedAt({ evidence: () => this.evidence(), heal: () => this.heal() })
  }

  async heal(): Promise<void> {
    if (!this.#isArmed) return
    await this.#kernel.nft(removalOf(this.#table))
    this.#isArmed = false
    // What was lost of their ends would come again long after, in a call that has nothing to do with it.
    await this.#kernel.endLeft(addressesOf(this.#place), this.#place.ports.https)
  }

  /** The kernel's own counters. */
  async evidence(): Promise<Evidence> {
    if (!this.#isArmed) return this.#last
    const listed = await listingOf(this.#table, (input) => this.#kernel.nft(input))
    // A person's own tools can remove it, inside.
    if (listed === undefined)
      return {
        fired: this.#last.fired,
        text: 'its rules are gone: something else removed them from the kernel',
      }
    const packets = [...listed.matchAll(/counter packets (\d+)/g)].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    )
    const { sent, arrived } = await this.#counts()
    const left = sent - this.#before.sent
    const missing = Math.max(0, left - (arrived - this.#before.arrived))
    this.#last = {
      fired: packets,
      ...countedWords(
        countOf(packets, 'packet'),
        ` ${wasOf(packets)} turned away, ${missing} of ${left} sent did not arrive (nft)`,
      ),
    }
    return this.#last
  }

  #counts(): Promise<PacketCounts> {
    return this.#kernel.packets(addressesOf(this.#place), this.#place.ports.https)
  }
}

/** Where its packets are, in each family. */
function waysOf({ direction }: PacketRule, place: PlaceAddress): string[] {
  const [end, port] = direction === 'to-server' ? ['daddr', 'dport'] : ['saddr', 'sport']
  return addressesOf(place).map(
    (address) => `${isIPv6(address) ? 'ip6' : 'ip'} ${end} ${address} tcp ${port} ${place.ports.https}`,
  )
}

function ruleText(rule: PacketRule): string {
  const flags = { syn: 'tcp flags & (syn|ack) == syn', established: 'ct state established' }
  const parts: string[] = []
  if (rule.only !== undefined) parts.push(flags[rule.only])
  if (rule.largerThanBytes !== undefined) parts.push(`meta length > ${rule.largerThanBytes}`)
  if (rule.first !== undefined) parts.push(`numgen inc mod ${packetsMax} < ${rule.first}`)
  // The last ones of each round, so that a connection's first packet gets through.
  if (rule.every !== undefined)
    parts.push(`numgen inc mod ${rule.every} >= ${rule.every - (rule.burst ?? 1)}`)
  if (rule.chancePercent !== undefined) parts.push(`numgen random mod 100 < ${rule.chancePercent}`)
  parts.push('counter', rule.reject === undefined ? 'drop' : `reject with ${rejections[rule.reject]}`)
  return parts.join(' ')
}
