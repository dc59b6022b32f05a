/**
 * The ten steps of an API call, in the order it takes them. The folders under `sandbox/` and `scenarios/`
 * carry the same names with their numbers in front.
 */
export const steps = [
  'request',
  'dns',
  'network',
  'tls',
  'server',
  'backend',
  'database',
  'response',
  'reply',
  'app',
] as const

export type Step = (typeof steps)[number]

/** `02` for `dns`: as it stands in folder names and in every view. */
export function stepNumber(step: Step): string {
  return String(steps.indexOf(step) + 1).padStart(2, '0')
}

/** `02 dns` for `dns`: as people read it. */
export function stepWords(step: Step): string {
  return `${stepNumber(step)} ${step}`
}

/** As wide as the longest of these words. */
export const stepColumns = Math.max(...steps.map((step) => stepWords(step).length))

/** `02-dns` for `dns`. */
export function stepFolder(step: Step): string {
  return `${stepNumber(step)}-${step}`
}
