import { InvalidInput } from '../invalid-input.ts'
import type { WorldOptions } from '../world/world.ts'
import type { Arguments } from './arguments.ts'

/** Which Postgres: `--database-url`, else DATABASE_URL of the environment, else the embedded one. */
export function databaseChoice({ flags }: Arguments): WorldOptions['database'] {
  const url = flags['database-url'] ?? process.env['DATABASE_URL']
  if (typeof url !== 'string' || url === '') return {}
  return { url, allowRemote: flags['allow-remote-database'] === true }
}

/**
 * `--world=sealed` or `--world=portable`; without it, sealed where it can be had.
 * @throws InvalidInput for any other word.
 */
export function worldChoice({ flags }: Arguments): Pick<WorldOptions, 'kind'> {
  const { world } = flags
  if (world === undefined) return {}
  if (world === 'sealed' || world === 'portable') return { kind: world }
  throw new InvalidInput('--world', `expected sealed or portable, saw "${world}"`)
}
