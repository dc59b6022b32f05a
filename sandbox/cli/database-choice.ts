import type { WorldOptions } from '../world/world.ts'
import type { Arguments } from './arguments.ts'

/** Which Postgres: `--database-url`, else DATABASE_URL of the environment, else the embedded one. */
export function databaseChoice({ flags }: Arguments): WorldOptions['database'] {
  const url = flags['database-url'] ?? process.env['DATABASE_URL']
  if (typeof url !== 'string' || url === '') return {}
  return { url, allowRemote: flags['allow-remote-database'] === true }
}
