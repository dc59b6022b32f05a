import { AdminConnection } from './admin.ts'
import type { DatabaseTarget } from './database.ts'
import type { DatabaseParts } from './database-arming.ts'

const endWithinMs = 5_000

/** Ends every session of the API. Resolves when their processes are gone. */
export async function endSessions({ admin, target }: DatabaseParts): Promise<void> {
  await admin.query('SELECT pg_terminate_backend(pid, $2) FROM pg_stat_activity WHERE usename = $1', [
    target.user,
    endWithinMs,
  ])
}

/** Why a login does not succeed: an SQLSTATE, or the code of the socket's error. Undefined where it does. */
export async function loginProblem(target: DatabaseTarget): Promise<string | undefined> {
  const session = new AdminConnection(target)
  try {
    await session.query('SELECT 1')
    return undefined
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    return code ?? message
  } finally {
    await session.close()
  }
}
