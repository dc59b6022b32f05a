import type { Database, DatabaseOptions } from './database.ts'
import { parseDatabaseUrl } from './database-url.ts'

/**
 * Opens the database of a run: from the cache 80 ms, the first time on a host about a second.
 *
 * @throws Error when it cannot be had; the message says why, and what to do.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  if (options.url === undefined && options.provider === 'testcontainers') {
    const { openInContainer } = await import('./containers.ts')
    return await openInContainer(options)
  }
  if (options.url === undefined) {
    const { openEmbedded } = await import('./embedded.ts')
    return await openEmbedded(options)
  }
  const server = parseDatabaseUrl(options.url, options.allowRemote)
  const { openByUrl } = await import('./url.ts')
  return await openByUrl(server, options)
}
