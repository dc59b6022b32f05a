/** How a scenario's run ended. */
export type Outcome = 'pass' | 'mismatch' | 'invalid' | 'unhealthy' | 'skipped' | 'bug'

/** The exit code that each outcome asks for. */
export const exitCodes = {
  pass: 0,
  mismatch: 1,
  unhealthy: 3,
  invalid: 4,
  skipped: 5,
  bug: 70,
} as const satisfies Record<Outcome, number>

/** The worst first: a bug of ours, unhealthy parts, faults that did not fire, broken promises. */
const gravest: readonly Outcome[] = ['bug', 'unhealthy', 'invalid', 'mismatch']

/** The exit code of a run of several. Skipped ones count only when nothing else ran. */
export function exitCode(outcomes: readonly Outcome[]): number {
  const worst = gravest.find((outcome) => outcomes.includes(outcome))
  if (worst !== undefined) return exitCodes[worst]
  return outcomes.includes('pass') ? exitCodes.pass : exitCodes.skipped
}

/** After these a part may be dead, or a machine still broken: the next scenario needs a new sandbox. */
export function isDamaging(outcome: Outcome): boolean {
  return outcome === 'unhealthy' || outcome === 'invalid' || outcome === 'bug'
}
