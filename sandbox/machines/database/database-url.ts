import { InvalidInput } from '../../errors/invalid-input.ts'
import type { DatabaseTarget } from './database.ts'

/** @throws InvalidInput when the URL is not one of Postgres, or leads off this host without leave. */
export function parseDatabaseUrl(url: string, allowRemote = false): DatabaseTarget {
  const parsed = URL.parse(url)
  if (parsed === null || !/^postgres(ql)?:$/.test(parsed.protocol) || parsed.hostname === '') {
    throw new InvalidInput(
      'database url',
      'expected postgres://user:password@host:port/database, saw something else',
      { next: 'A password with special characters must be percent-encoded.' },
    )
  }
  const host = decodeURIComponent(parsed.hostname).replace(/^\[(.*)\]$/, '$1')
  if (!allowRemote && !isLoopback(host)) {
    throw new InvalidInput('database url', `expected a host on this machine, saw ${host}`, {
      next: 'Faults would reach a server that others may use: allow a remote database only if nobody does.',
    })
  }
  const user = decodeURIComponent(parsed.username) || 'postgres'
  return {
    host,
    port: Number(parsed.port || 5432),
    user,
    password: decodeURIComponent(parsed.password),
    database: decodeURIComponent(parsed.pathname.slice(1)) || user,
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
