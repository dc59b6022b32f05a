import type { Evidence } from '../shared/breakable.ts'

/** One arming of a state: it remembers what it takes to undo it. */
export interface DatabaseArming {
  apply(): Promise<void>
  /** Also what is half there or gone. */
  undo(): Promise<void>
  evidence(): Promise<Evidence>
}
