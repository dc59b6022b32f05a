import { symptomWords } from '../clients/common/symptom.ts'
import { type Step, stepWords } from '../language/steps.ts'
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
 * Where the diagnosis of a client's call, which knows nothing of the fault, names another step than the fault's. A call
 * that went as the healthy one did has no step that broke, and one that is promised to be unaffected must have none.
 */
export function misdiagnoses(id: string, step: Step, report: ClientReport): string[] {
  const { client, diagnosis, isUnaffected, promise, symptom } = report
  if (diagnosis === undefined || symptom === undefined) return []
  if (promise === 'unaffected') {
    if (diagnosis.broke === undefined) return []
    return [
      `scenario ${id}: ${client}: expected a diagnosis of no step, since it is promised to be unaffected, saw ${stepWords(diagnosis.broke)}: ${diagnosis.because}`,
    ]
  }
  if (diagnosis.broke === step) return []
  if (diagnosis.broke === undefined && isUnaffected === true) return []
  const saw = diagnosis.broke === undefined ? 'none' : stepWords(diagnosis.broke)
  return [
    `scenario ${id}: ${client}: expected a diagnosis of ${stepWords(step)}, where the fault is, saw ${saw}: ${diagnosis.because}`,
  ]
}
