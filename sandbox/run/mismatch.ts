import { symptomWords } from '../clients/common/symptom.ts'
import { type Step, stepWords } from '../language/steps.ts'
import { brokeWords, named } from './diagnosis/broke-words.ts'
import type { ClientReport } from './report.ts'

/** The words of a mismatch: a line for each part of a promise that a client did not keep. */
export function mismatches(id: string, report: ClientReport): string[] {
  const { client, differences = [], symptom, diagnosis } = report
  if (symptom === undefined) return []
  // Of a call that hangs the description says it.
  const took = symptom.kind === 'hangs' ? '' : `, after ${Math.round(symptom.tookMs)} ms`
  const noticed = diagnosis?.noticed === undefined ? '' : ` (noticed at ${diagnosis.noticed})`
  const call = `${symptomWords(symptom)}${took}${noticed}`
  return differences.map(({ field, expected, saw }) =>
    field === 'end'
      ? `scenario ${id}: ${client} expected ${expected}, saw ${call}`
      : `scenario ${id}: ${client} expected ${field} ${expected}, saw ${saw}; the call: ${call}`,
  )
}

/**
 * Where the diagnosis of a client's call, which knows nothing of the fault, names another step than the fault's; one of a
 * reviewed pair is right by either. A call that went as the healthy one did has no step that broke, and one that is
 * promised to be unaffected must have none.
 */
export function misdiagnoses(id: string, step: Step, report: ClientReport): string[] {
  const { client, diagnosis, isUnaffected, promise, symptom } = report
  if (diagnosis === undefined || symptom === undefined) return []
  const saw = brokeWords(diagnosis)
  if (promise === 'unaffected') {
    if (saw === undefined) return []
    return [
      `scenario ${id}: ${client}: expected a diagnosis of no step, since it is promised to be unaffected, saw ${saw}: ${diagnosis.because}`,
    ]
  }
  if (named(diagnosis).includes(step)) return []
  if (saw === undefined && isUnaffected === true) return []
  return [
    `scenario ${id}: ${client}: expected a diagnosis of ${stepWords(step)}, where the fault is, saw ${saw ?? 'none'}: ${diagnosis.because}`,
  ]
}
