import type { Evidence } from '../shared/breakable.ts'
import { countedWords, countOf, wasOf } from '../shared/evidence-words.ts'
import type { WireVerdict } from './wire-points.ts'

type Kind = WireVerdict['kind']

/** What became of a connection, behind `was`. */
const became: Record<Kind, string> = {
  reset: 'reset',
  cut: 'cut',
  silence: 'silenced',
  forget: 'forgotten by the far end',
  stall: 'stalled one way',
  'half-cut': 'cut one way',
  delay: 'delayed',
  throttle: 'throttled',
  slice: 'sliced',
  corrupt: 'corrupted',
  forge: 'forged',
  'swallow-end': 'never told of the end',
  'delay-end': 'told late of the end',
}

/** What happened since an arming. Each has its own, so that older connections cannot add to it. */
export class Tally {
  accepted = 0
  #struck = 0
  #kind: Kind | undefined
  readonly #beside: string

  /** @param held how many connections of others were open all the while. */
  constructor(held?: number) {
    this.#beside = held === undefined ? '' : `, beside ${held} of others`
  }

  strike(kind: Kind): void {
    this.#struck += 1
    this.#kind = kind
  }

  /** `1 connection was cut`; `1 of 3 connections was reset, beside 8 of others`. */
  evidence(): Evidence {
    const all = countOf(this.accepted, 'connection')
    const struck = this.#struck
    if (this.#kind === undefined) return { fired: 0, text: `${all}, none was struck${this.#beside}` }
    const counted = struck === this.accepted ? countOf(struck, 'connection') : `${struck} of ${all}`
    return {
      fired: struck,
      ...countedWords(counted, ` ${wasOf(struck)} ${became[this.#kind]}${this.#beside}`),
    }
  }
}
