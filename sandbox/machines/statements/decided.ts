import type { StatementVerdict } from './statement-points.ts'

/** The verdict on one statement; `met` is told once it has acted. */
export interface Decided {
  readonly verdict: StatementVerdict
  readonly met: () => void
}

/** What the readers of the two directions do to a session. */
export interface SessionEnds {
  toApi(bytes: Buffer): void
  toPostgres(bytes: Buffer): void
  endApi(): void
  endPostgres(): void
  /** A RST to both sides, now. */
  reset(): void
  /** Which side is read from may have changed. */
  steer(): void
}
