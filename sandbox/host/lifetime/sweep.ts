import { allRuns, ownerLives } from './run-directory.ts'
import { reap } from './watchdog.ts'

/**
 * Ends what dead runs of this user left running and removes their folders; runs with a living owner are left
 * alone. With nothing to do it takes well under 1 ms.
 *
 * @returns the ids of the runs it removed.
 */
export async function sweep(): Promise<readonly string[]> {
  const dead = allRuns().filter(({ id }) => ownerLives(id) === false)
  await Promise.all(dead.map(({ id, path }) => reap(id, path)))
  return dead.map(({ id }) => id)
}

/** The folders of this user's runs with a living owner. */
export function liveRuns(): readonly string[] {
  return allRuns().flatMap(({ id, path }) => (ownerLives(id) === true ? [path] : []))
}
