import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory } from '../../host/lifetime/cache.ts'
import { machineId } from '../../host/lifetime/machine-id.ts'
import { ownerLives } from '../../host/lifetime/run-directory.ts'

/**
 * A file for each run that has a container, so that the next run removes what a dead one left even when it has
 * no use for a container engine itself. A run's own folder would not do: the watchdog removes it.
 */
function marks(): string {
  return join(cacheDirectory(), 'containers')
}

/** Whether a run of another machine or container lives, which shares the cache, cannot be seen from here. */
function markOf(runId: string): string {
  return join(marks(), `${machineId()}-${runId}`)
}

export function mark(runId: string): void {
  mkdirSync(marks(), { recursive: true })
  writeFileSync(markOf(runId), '')
}

export function unmark(runId: string): void {
  rmSync(markOf(runId), { force: true })
}

/** With nothing to do it takes well under 1 ms; the engine's client is loaded only after a crash. */
export async function sweepContainers(): Promise<void> {
  const dead = marked().filter((runId) => ownerLives(runId) === false)
  if (dead.length === 0) return
  const { containerEngine, removeDead } = await import('./engine.ts')
  try {
    await removeDead(await containerEngine())
    for (const runId of dead) unmark(runId)
  } catch {
    // The engine does not answer now. A later run finds the marks again.
  }
}

function marked(): readonly string[] {
  const ours = `${machineId()}-`
  try {
    return readdirSync(marks()).flatMap((name) => (name.startsWith(ours) ? [name.slice(ours.length)] : []))
  } catch {
    return []
  }
}
