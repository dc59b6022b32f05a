/** A point of a machine where a step can be broken. What is armed takes the place of what was armed before. */
export interface Breakable<Plan> {
  /** All or nothing: where it rejects, nothing is armed. */
  arm(plan: Plan): Promise<Armed>
}

/** One arming: it tells what proves that it acted, and undoes itself. */
export interface Armed extends AsyncDisposable {
  /** Read before healing. */
  evidence(): Promise<Evidence>
  /** Safe to repeat. */
  heal(): Promise<void>
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
  /** Of a state with times of its own: the moments between which it held for certain. */
  readonly held?: { readonly fromMs: number; readonly untilMs: number }
}

/** An arming of a machine that keeps one at a time itself. */
export function armedAt({ evidence, heal }: Pick<Armed, 'evidence' | 'heal'>): Armed {
  return { evidence, heal, [Symbol.asyncDispose]: heal }
}
