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

/** `02-dns` for `dns`. */
export function stepFolder(step: Step): string {
  return `${stepNumber(step)}-${step}`
}
