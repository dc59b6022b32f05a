import { Client } from 'pg'
import type { DatabaseTarget } from '../../../sandbox/machines/database/database.ts'

/** A connection that the fault under test may cut. */
export const connected = async (target: DatabaseTarget): Promise<Client> => {
  const client = new Client({ ...target })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** Runs statements on a connection of their own; the rows of the last one, and how long all of them took. */
export async function ask(target: DatabaseTarget, ...statements: string[]) {
  const client = await connected(target)
  try {
    const startedAtMs = performance.now()
    let rows: Record<string, unknown>[] = []
    for (const statement of statements) ({ rows } = await client.query(statement))
    return { rows, tookMs: performance.now() - startedAtMs }
  } finally {
    await client.end()
  }
}

export const urlOf = ({ host, port, user, password, database: name }: DatabaseTarget): string =>
  `postgres://${user}:${password}@${host}:${port}/${name}`
