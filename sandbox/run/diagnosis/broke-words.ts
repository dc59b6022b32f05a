import { type Step, steps, stepWords } from '../../language/steps.ts'
import type { Diagnosis } from './diagnosis.ts'

/** The steps that a diagnosis names: none, one, or those of a pair. In the order of the journey. */
export function named({ broke, orElse }: Pick<Diagnosis, 'broke' | 'orElse'>): readonly Step[] {
  return steps.filter((step) => step === broke || step === orElse)
}

/** `05 server`; of a pair `05 server or 06 backend`; undefined where it names none. */
export function brokeWords(diagnosis: Pick<Diagnosis, 'broke' | 'orElse'>): string | undefined {
  return named(diagnosis).map(stepWords).join(' or ') || undefined
}
