import type { Evidence } from '../shared/breakable.ts'

/** What happened since an arming. Each has its own, so that older connections cannot add to it. */
export interface Tally {
  accepted: number
  struck: number
  kind: string
  /** How many connections of others were open all the while. */
  held?: number
}

export function tallied({ accepted, struck, kind, held }: Tally): Evidence {
  const connections = `${accepted} connection${accepted === 1 ? '' : 's'}`
  const beside = held === undefined ? '' : ` beside ${held} of others`
  return {
    fired: struck,
    text: struck === 0 ? `${connections}${beside}` : `${connections}${beside}, ${struck} × ${kind}`,
  }
}
