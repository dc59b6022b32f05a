import type { WireVerdict } from './wire-points.ts'

/** Ends or silences a connection, as opposed to shaping what crosses it. */
export type Strike = Extract<
  WireVerdict,
  { kind: 'reset' | 'cut' | 'silence' | 'forget' | 'stall' | 'half-cut' }
>

/** The verdict as a strike, or undefined when it shapes. */
export function strikeOf(verdict: WireVerdict | undefined): Strike | undefined {
  switch (verdict?.kind) {
    case 'reset':
    case 'cut':
    case 'silence':
    case 'forget':
    case 'stall':
    case 'half-cut':
      return verdict
    default:
      return undefined
  }
}

/** What a state of the port does to whole connections. */
export const strikes = {
  reset: { kind: 'reset' },
  cut: { kind: 'cut' },
  silence: { kind: 'silence' },
  forget: { kind: 'forget' },
} as const satisfies Record<string, WireVerdict>

export type OpenStrike = (typeof strikes)[keyof typeof strikes]
