import { InvalidInput, show } from '../errors/invalid-input.ts'
import { databaseProviders } from '../machines/database/database.ts'
import { parseDatabaseUrl } from '../machines/database/database-url.ts'
import type { WorldOptions } from '../world/world.ts'
import type { Arguments } from './arguments.ts'

/**
 * Which Postgres. What is said on the command line counts before the environment, a URL before a provider:
 * `--database-url`, `--database`, DATABASE_URL, FAULTPATH_DATABASE, else the embedded one.
 *
 * @throws InvalidInput for a provider that does not exist, or a URL that leads to no Postgres of this machine.
 */
export function databaseChoice({ command, flags }: Arguments): WorldOptions['database'] {
  const { DATABASE_URL, FAULTPATH_DATABASE } = process.env
  const named = flags['database']
  const url = flags['database-url'] || (named === undefined && DATABASE_URL)
  if (typeof url === 'string' && url !== '') {
    const allowRemote = flags['allow-remote-database'] === true
    parseDatabaseUrl(url, allowRemote)
    return { url, allowRemote }
  }
  const wanted = named ?? (FAULTPATH_DATABASE || databaseProviders[0])
  const provider = databaseProviders.find((name) => name === wanted)
  if (provider !== undefined) return { provider }
  const [place, flag] = named === undefined ? ['FAULTPATH_DATABASE', ''] : [command, '--database: ']
  throw new InvalidInput(place, `${flag}expected ${databaseProviders.join(' or ')}, saw ${show(wanted)}`)
}

/**
 * `--world=sealed` or `--world=portable`; without it, sealed where it can be had.
 * @throws InvalidInput for any other word.
 */
export function worldChoice({ command, flags }: Arguments): Pick<WorldOptions, 'kind'> {
  const { world } = flags
  if (world === undefined) return {}
  if (world === 'sealed' || world === 'portable') return { kind: world }
  throw new InvalidInput(command, `--world: expected sealed or portable, saw ${show(world)}`)
}
