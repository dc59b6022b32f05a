import type { ClientObservation } from '../../machines/shared/trace.ts'
import type { Program } from './client.ts'
import type { Symptom } from './symptom.ts'

/** One line on the fourth pipe of a client's process. */
export type ProcessReport =
  /** The process has loaded its library and waits for calls. */
  | { readonly kind: 'ready'; readonly program: Program }
  | { readonly kind: 'observation'; readonly atMs: number; readonly observation: ClientObservation }
  | { readonly kind: 'symptom'; readonly symptom: Symptom }
