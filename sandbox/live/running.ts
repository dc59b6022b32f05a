import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { liveRuns } from '../host/lifetime/sweep.ts'

/** In the folder of a run whose sandbox stays: where it is spoken to. */
export const socketName = 'control.sock'

/** Of this user's sandboxes that run. The file system tells: none of them is asked. */
export function controlSockets(): readonly string[] {
  return liveRuns()
    .map((run) => join(run, socketName))
    .filter((socket) => existsSync(socket))
}

/**
 * A verb, as it is typed for one sandbox: beside another one it says which it means.
 * @param isAlone whether no other one runs.
 */
export function verbLine(
  verb: string,
  address: string,
  isAlone: boolean = controlSockets().length < 2,
): string {
  return isAlone ? `npm run sandbox ${verb}` : `npm run sandbox -- ${verb} --sandbox=${address}`
}
