import type { Step } from '../../language/steps.ts'

/** Two steps that no observation tells apart where a machine or a client does not tell what it alone can know. */
export interface Pair {
  readonly steps: readonly [Step, Step]
  /** The same of both. */
  readonly seen: string
  /** What is not told, and would tell them apart. */
  readonly untold: string
  /** The test that breaks either step, for real, and sees the same: its title in `test/run/pairs.test.ts`. */
  readonly experiment: string
}

/** At most ten: an eleventh does not compile. A diagnosis that names two steps often is none. */
type AtMostTen = readonly [Pair?, Pair?, Pair?, Pair?, Pair?, Pair?, Pair?, Pair?, Pair?, Pair?]

export const untakenRequest = {
  steps: ['server', 'backend'],
  seen: 'the gateway asked, and the API did not take the request',
  untold: 'the state of its process: stopped or busy, or awake behind a port that does not answer',
  experiment: 'a request that is not taken: by a stopped process, or at a port that does not answer',
} as const satisfies Pair

export const otherAnswer = {
  steps: ['backend', 'response'],
  seen: 'the same statements with the same answers, and another reply',
  untold: 'what the API had decided before it was written',
  experiment: 'another reply: decided so, or spoilt on its way out',
} as const satisfies Pair

export const unsaidLeave = {
  steps: ['request', 'tls'],
  seen: 'the client left when it had the certificate, without an alert or a request',
  untold: 'why it did: its app gave up, or it refuses what it was shown',
  experiment: 'a client that leaves in the handshake: its app gave up, or it refuses the certificate',
} as const satisfies Pair

/** All there are, as they were reviewed. The diagnosis names one by its observations alone; a scenario cannot. */
export const pairs = [untakenRequest, otherAnswer, unsaidLeave] as const satisfies AtMostTen
