import { InvalidInput } from '../../errors/invalid-input.ts'
import type { DatabaseTarget } from './database.ts'

const place = 'database url'

/** @throws InvalidInput when the URL is not one of Postgres, or leads off this host without leave. */
export function parseDatabaseUrl(url: string, allowRemote = false): DatabaseTarget {
  const parsed = URL.parse(url)
  if (parsed === null || !/^postgres(ql)?:$/.test(parsed.protocol) || parsed.hostname === '') {
    throw new InvalidInput(
      place,
      'expected postgres://user:password@host:port/database, saw something else',
      { next: 'A password with special characters must be percent-encoded.' },
    )
  }
  const host = decoded('host', parsed.hostname).replace(/^\[(.*)\]$/, '$1')
  if (!allowRemote && !isLoopback(host)) {
    throw new InvalidInput(place, `expected a host on this machine, saw ${host}`, {
      next: 'Faults would reach a server that others may use: --allow-remote-database is for one that nobody does.',
    })
  }
  const user = decoded('user', parsed.username) || 'postgres'
  return {
    host,
    port: Number(parsed.port || 5432),
    user,
    password: decoded('password', parsed.password),
    database: decoded('database', parsed.pathname.slice(1)) || user,
  }
}

/** The value is not shown: it may be the password. */
function decoded(part: string, encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    throw new InvalidInput(
      place,
      `${part}: expected UTF-8, percent-encoded, saw a % that begins no such character`,
      {
        next: 'A % itself is written %25',
      },
    )
  }
}

function isLoopback(host: string): boolean {
  const [first, ...others] = host.split('.')
  const isAddress =
    others.length === 3 && others.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)
  return host === 'localhost' || host === '::1' || (first === '127' && isAddress)
}
