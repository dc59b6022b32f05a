/**
 * A point of a machine where a step can be broken. Arming and healing are all or nothing, and healing is
 * safe to repeat.
 */
export interface Breakable<Plan> {
  arm(plan: Plan): Promise<void>
  heal(): Promise<void>
  /** What proves that the fault acted since the last arming. Read before healing. */
  evidence(): Promise<Evidence>
}

/** Counted by the machine itself or read from the kernel: never concluded from the plan. */
export interface Evidence {
  /** Events that met a verdict, or attempts that met a state. 0 means the fault never fired. */
  readonly fired: number
  /** How many of them were of the client of one front door, where the machine can tell. */
  readonly ofDoor?: (door: string) => number
  /** For people: `4 questions were answered NXDOMAIN`. */
  readonly text: string
  /** What was counted, as `text` begins: `4 questions`. Behind it a view may say whose they were. */
  readonly counted?: string
  /** No machine sees a client meet it, so `fired` does not count: it is 1 while our own probe confirms the state. */
  readonly isProbed?: true
}
