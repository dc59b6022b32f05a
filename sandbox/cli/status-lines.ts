import type { Change } from '../host/ground/ground.ts'
import type { SandboxStatus } from '../live/control.ts'
import type { Evidence } from '../machines/shared/breakable.ts'
import { wrapped } from '../report/screen.ts'

/** What is up, what is armed, and whether it fired. */
export function statusLines(status: SandboxStatus, columns: number): string[] {
  const { armed } = status
  if (armed === 'healthy') return [`${placeOf(status)}: healthy, nothing is broken`]
  const { evidence, id, isOver, summary } = armed
  const head = isOver ? `healthy again, ${id} is over` : `broken by ${id}`
  const fired = isOver ? overText(evidence) : firedText(evidence)
  return [`${placeOf(status)}: ${head}`, ...indented(summary, columns), ...indented(fired, columns)]
}

/** The same, and what it took the place of. */
export function brokenLines(status: SandboxStatus, columns: number): string[] {
  const { healed } = status
  const replaced =
    healed === undefined || healed.isOver ? [] : [`${healed.id} is healed, which was armed before`]
  return [...statusLines(status, columns), ...replaced.flatMap((text) => indented(text, columns))]
}

/** What healing undid. */
export function healedLines(status: SandboxStatus, columns: number): string[] {
  const { healed } = status
  if (healed === undefined) return [`${placeOf(status)}: healthy, nothing was broken`]
  const { id, isOver, summary } = healed
  return [
    `${placeOf(status)}: healthy, ${id} ${isOver ? 'was over' : 'is healed'}`,
    ...indented(summary, columns),
  ]
}

/** What was written inside, and goes with the sandbox. */
export function changesLines(changes: readonly Change[]): string[] {
  if (changes.length === 0) return ['nothing was written inside, but in writable folders']
  return changes.map(({ kind, path }) => `${kind.padEnd('removed'.length)}  ${lineOf(path)}`)
}

/** A file may be named so that a terminal obeys. */
function lineOf(path: string): string {
  return /[\p{Cc}]/u.test(path) ? JSON.stringify(path) : path
}

function placeOf({ address, pid, world }: SandboxStatus): string {
  return `sandbox ${address} (${world}, pid ${pid})`
}

function indented(text: string, columns: number): string[] {
  return wrapped('  ', text, columns)
}

/** Nothing is to come any more. */
function overText({ fired, isProbed, text }: Evidence): string {
  if (isProbed) return `over, it ${fired > 0 ? 'held' : 'did NOT hold'}: ${text}`
  return fired === 0 ? `over, it never fired: ${text}` : `over, it fired ${times(fired)}: ${text}`
}

function firedText({ fired, isProbed, text }: Evidence): string {
  if (isProbed) return `${fired > 0 ? 'holds' : 'does NOT hold'}: ${text}`
  return fired === 0 ? `not fired yet: ${text}` : `fired ${times(fired)}: ${text}`
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
