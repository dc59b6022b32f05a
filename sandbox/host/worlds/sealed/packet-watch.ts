import type { PacketCounts } from '../../ground/kernel.ts'

export const watchTable = 'ip faultpath_watch'

/**
 * Two counters for every address and well-known port, one where packets set out and one where they arrive, behind
 * every filter. They know nothing of what is armed: whatever loses a packet, and whosever it was, the two differ.
 */
export const watchRules = `table ${watchTable} {
  set sent { type ipv4_addr . inet_service; flags dynamic; size 4096; counter; }
  set arrived { type ipv4_addr . inet_service; flags dynamic; size 4096; counter; }
  chain output {
    type filter hook output priority 300; policy accept;
    tcp dport < 1024 update @sent { ip daddr . tcp dport }
    tcp sport < 1024 update @sent { ip saddr . tcp sport }
  }
  chain input {
    type filter hook input priority 300; policy accept;
    tcp dport < 1024 update @arrived { ip daddr . tcp dport }
    tcp sport < 1024 update @arrived { ip saddr . tcp sport }
  }
}
`

/** What nft(8) lists of the table. `sent` is read first: a packet under way may be missed, never invented. */
export function packetCounts(listing: string, address: string, port: number): PacketCounts {
  const [sent = '', arrived = ''] = listing.split('set arrived')
  const counted = new RegExp(`\\b${address.replaceAll('.', '\\.')} \\. ${port} counter packets (\\d+)`)
  const read = (text: string) => Number(counted.exec(text)?.[1] ?? 0)
  return { sent: read(sent), arrived: read(arrived) }
}
