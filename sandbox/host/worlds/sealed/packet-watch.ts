import type { PacketCounts } from '../../ground/kernel.ts'

export const watchTable = 'inet faultpath_watch'

/**
 * Two counters for every address and well-known port, one where packets set out and one where they arrive, behind
 * every filter. They know nothing of what is armed: whatever loses a packet, and whosever it was, the two differ.
 */
export const watchRules = `table ${watchTable} {
  set sent { type ipv4_addr . inet_service; flags dynamic; size 4096; counter; }
  set sent6 { type ipv6_addr . inet_service; flags dynamic; size 4096; counter; }
  set arrived { type ipv4_addr . inet_service; flags dynamic; size 4096; counter; }
  set arrived6 { type ipv6_addr . inet_service; flags dynamic; size 4096; counter; }
  chain output {
    type filter hook output priority 300; policy accept;
    tcp dport < 1024 update @sent { ip daddr . tcp dport }
    tcp sport < 1024 update @sent { ip saddr . tcp sport }
    tcp dport < 1024 update @sent6 { ip6 daddr . tcp dport }
    tcp sport < 1024 update @sent6 { ip6 saddr . tcp sport }
  }
  chain input {
    type filter hook input priority 300; policy accept;
    tcp dport < 1024 update @arrived { ip daddr . tcp dport }
    tcp sport < 1024 update @arrived { ip saddr . tcp sport }
    tcp dport < 1024 update @arrived6 { ip6 daddr . tcp dport }
    tcp sport < 1024 update @arrived6 { ip6 saddr . tcp sport }
  }
}
`

/**
 * What nft(8) lists of the table, for all of these addresses together. What was sent is read first: a packet under way
 * may be missed, never invented.
 */
export function packetCounts(listing: string, addresses: readonly string[], port: number): PacketCounts {
  const at = listing.indexOf('set arrived')
  const read = (text: string, address: string) => {
    const counted = new RegExp(`[\\s{]${address.replaceAll('.', '\\.')} \\. ${port} counter packets (\\d+)`)
    return Number(counted.exec(text)?.[1] ?? 0)
  }
  const sum = (text: string) => addresses.reduce((before, address) => before + read(text, address), 0)
  return { sent: sum(listing.slice(0, at)), arrived: sum(listing.slice(at)) }
}
