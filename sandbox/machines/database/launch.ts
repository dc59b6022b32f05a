import type { ChildProcess } from 'node:child_process'
import { chownSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cleanEnvironment } from '../../host/environment.ts'
import type { RunDirectory } from '../../host/lifetime/run-directory.ts'
import type { Watchdog } from '../../host/lifetime/watchdog.ts'
import type { Account, Binaries } from './binaries.ts'

/** What it takes to run Postgres programs in a run. */
export interface Launch {
  readonly binaries: Binaries
  readonly account: Account
  readonly address: string
  readonly run: RunDirectory
  readonly watchdog: Watchdog
}

/** A directory in the run that belongs to the account Postgres runs as, and that no other account may enter. */
export function makeDataDirectory({ run, account }: Launch, name: string): string {
  const path = join(run.path, name)
  mkdirSync(path, { mode: 0o700 })
  if (account.uid !== undefined) chownSync(path, account.uid, account.gid ?? account.uid)
  return path
}

/** Spawns a Postgres program, or a shell that becomes one, as the account Postgres may run as. */
export function spawnAs(
  { account: { prefix, ...ids }, watchdog }: Launch,
  words: readonly string[],
  how: 'kill' | 'quit',
  cwd: string,
  stdio: ('ignore' | number)[],
): ChildProcess {
  const [command = '', ...args] = [...prefix, ...words]
  const child = watchdog.spawn(command, args, {
    ...ids,
    how,
    cwd,
    stdio,
    env: cleanEnvironment({ LC_ALL: 'C' }),
  })
  // A program that cannot be spawned never exits: the code that waits for it looks at its pid.
  child.on('error', () => {})
  return child
}

export function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** The end of a log, for a message. */
export function tail(log: string): string {
  return readIfThere(log).trim().split('\n').slice(-12).join('\n')
}
