import type { PacketCounts } from '../../ground/kernel.ts'

/** What the runner asks of the keeper inside, each answered once under the same id. */
export type ToKeeper = { readonly id: number } & (
  | { readonly kind: 'listen'; readonly address: string; readonly port: number }
  | { readonly kind: 'bind-udp'; readonly address: string; readonly port: number }
  | { readonly kind: 'probe'; readonly address: string; readonly port: number }
  | { readonly kind: 'fill-backlog'; readonly address: string; readonly port: number }
  | { readonly kind: 'unanswered'; readonly address: string; readonly port: number }
  | { readonly kind: 'release-backlog'; readonly address: string; readonly port: number }
  | {
      readonly kind: 'occupy'
      readonly address: string
      readonly port: number
      readonly connections: number
    }
  | { readonly kind: 'leave'; readonly address: string; readonly port: number }
  | { readonly kind: 'nft'; readonly input: string }
  | { readonly kind: 'packets'; readonly addresses: readonly string[]; readonly port: number }
  | { readonly kind: 'end-left'; readonly addresses: readonly string[]; readonly port: number }
  | { readonly kind: 'repeats' }
)

/** `value`: the result of a probe, a count. A socket comes as the message's handle. */
export type FromKeeper =
  | { readonly kind: 'done'; readonly id: number; readonly value?: string | number | PacketCounts }
  | {
      readonly kind: 'failed'
      readonly id: number
      readonly message: string
      readonly code?: string
      /** The machine refused it: no bug of ours. */
      readonly isRefused: boolean
    }
