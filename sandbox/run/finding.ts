import type { Symptom } from '../clients/common/symptom.ts'
import type { ClientRun } from './client-run.ts'
import { compare, type Difference } from './compare.ts'
import { type Diagnosis, diagnoseAttempts } from './diagnosis/diagnosis.ts'

/** What one client's calls come to: what it saw, held against its promise, and which step that says broke. */
export interface Finding {
  /** Of the last attempt. */
  readonly symptom: Symptom
  /** Of the attempts before it. */
  readonly earlier: readonly Symptom[]
  readonly differences: readonly Difference[]
  readonly diagnosis: Diagnosis
  /** It got an answer of the same status as without the fault. */
  readonly isUnaffected: boolean
}

/** Undefined where it has not called both healthy and broken. */
export function findingOf({ broken = [], healed, isWarm, promise, usual }: ClientRun): Finding | undefined {
  const symptoms = broken.map(({ symptom }) => symptom)
  const last = symptoms.at(-1)
  if (usual === undefined || last === undefined) return undefined
  const [healthy] = usual
  const symptom = broken.length === 1 ? last : { ...last, attempts: broken.length }
  return {
    symptom,
    earlier: symptoms.slice(0, -1),
    differences: compare(promise, symptom, { before: healthy.symptom, after: healed?.symptom }),
    diagnosis: diagnoseAttempts(usual, broken, isWarm ? 1 : 2),
    isUnaffected: symptom.kind === 'response' && symptom.status === healthy.symptom.status,
  }
}
