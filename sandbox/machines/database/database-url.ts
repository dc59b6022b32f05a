import { isIP, isIPv6 } from 'node:net'
import { InvalidInput, show } from '../../errors/invalid-input.ts'
import { loopbackAddresses } from '../../host/ground/loopback-ground.ts'
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
  const host = hostOf(decoded('host', parsed.hostname).replace(/^\[(.*)\]$/, '$1'))
  if (!allowRemote && !isLoopback(host)) {
    throw new InvalidInput(place, `expected a host on this machine, saw ${host}`, {
      next: 'Faults would reach a server that others may use: --allow-remote-database is for one that nobody does.',
    })
  }
  const port = Number(parsed.port || 5432)
  if (port === 0) throw new InvalidInput(place, 'port: expected 1 to 65535, saw 0')
  const user = decoded('user', parsed.username) || 'postgres'
  return {
    host,
    port,
    user,
    password: decoded('password', parsed.password),
    database: decoded('database', parsed.pathname.slice(1)) || user,
  }
}

/** The value is not shown: it may be the password. */
function decoded(part: string, encoded: string): string {
  let text: string
  try {
    text = decodeURIComponent(encoded)
  } catch {
    throw new InvalidInput(
      place,
      `${part}: expected UTF-8, percent-encoded, saw a % that begins no such character`,
      {
        next: 'A % itself is written %25',
      },
    )
  }
  // Postgres reads no further than to the first.
  if (text.includes('\0')) throw new InvalidInput(place, `${part}: expected a text, saw %00 in it`)
  return text
}

/**
 * The host as every program on this machine understands it: `127.1` and `0x7f.1` are 127.0.0.1 (inet_aton(3)), names have
 * small letters. What is looked at is then what is connected to.
 */
function hostOf(given: string): string {
  const host = isIPv6(given) ? `[${given}]` : given
  const read = /^[\w.:[\]-]+$/.test(host) ? URL.parse(`http://${host}`) : null
  // A port of its own, or what is no name: `127.0.0.999` ends in a number, and is no address.
  if (read === null || read.host !== read.hostname)
    throw new InvalidInput(place, `expected a name or an address, saw ${show(given)} as its host`)
  return read.hostname.replace(/^\[(.*)\]$/, '$1')
}

function isLoopback(host: string): boolean {
  const family = isIP(host)
  if (family === 0) return host === 'localhost'
  return loopbackAddresses().check(host, family === 6 ? 'ipv6' : 'ipv4')
}
