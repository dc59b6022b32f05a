import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { liveRuns } from '../host/lifetime/sweep.ts'

/** Behind the address of a sandbox: in the folder of its run, where it is spoken to. */
const socketEnding = '.sock'

/** A sandbox that stays, as it can be found. */
export interface Running {
  readonly address: string
  readonly pid: number
  /** Path of its Unix socket. */
  readonly socket: string
}

export function socketName(address: string): string {
  return `${address}${socketEnding}`
}

/** This user's sandboxes that stay. The file system tells: none of them is asked, for one that hangs would not answer. */
export function runningSandboxes(): readonly Running[] {
  return liveRuns().flatMap((run) =>
    namesIn(run)
      .filter((name) => name.endsWith(socketEnding))
      .map((name) => ({
        address: name.slice(0, -socketEnding.length),
        pid: Number(basename(run).split('-')[0]),
        socket: join(run, name),
      })),
  )
}

/** None where the run ends just now. */
function namesIn(run: string): readonly string[] {
  try {
    return readdirSync(run)
  } catch {
    return []
  }
}

/**
 * A verb, as it is typed for one sandbox: beside another one it says which it means.
 * @param isAlone whether no other one runs.
 */
export function verbLine(
  verb: string,
  address: string,
  isAlone: boolean = runningSandboxes().length < 2,
): string {
  return isAlone ? `npm run sandbox ${verb}` : `npm run sandbox -- ${verb} --sandbox=${address}`
}
