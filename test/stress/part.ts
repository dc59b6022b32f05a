import { seededDraw } from '../../sandbox/machines/shared/when.ts'

/** One line of the file that a run adds to. */
export interface Row {
  readonly part: string
  readonly seed: number
  /** What was tried is drawn from the seed and this number alone: it can be tried again. */
  readonly number: number
  /** What stands together in one line of the table. */
  readonly kind: string
  readonly inputs: number
  /** What was found; none where all held. */
  readonly problems: readonly string[]
  readonly figures?: Readonly<Record<string, number>>
}

export type Found = Omit<Row, 'part' | 'seed'>

export interface Work {
  readonly seed: number
  /** The numbers that are to be tried, without those that stand in the file already. */
  readonly numbers: readonly number[]
  /** On the clock of `performance.now()`: nothing new is begun behind it. */
  readonly untilMs: number
  readonly found: (row: Found) => void
}

/** One way of troubling the product. */
export interface Part {
  readonly name: string
  readonly what: string
  /** Of the time of a whole run: as many of all shares. */
  readonly share: number
  /** Only where it is named. */
  readonly isOnlyNamed?: true
  /** How many numbers there are at most, where none is asked for. */
  readonly count: number
  run(work: Work): Promise<void>
}

/** Numbers between 0 and 1 that follow from the seed and the number alone. */
export function drawFor(seed: number, number: number): Draw {
  const draw = seededDraw(seed * 1_000_003 + number)
  const upTo = (max: number) => Math.floor(draw() * (max + 1))
  return {
    upTo,
    among: (values) => values[upTo(values.length - 1)]!,
    isChance: (part) => draw() < part,
  }
}

export interface Draw {
  /** A whole number, 0 and the largest among them. */
  upTo(max: number): number
  among<Value>(values: readonly Value[]): Value
  isChance(part: number): boolean
}
