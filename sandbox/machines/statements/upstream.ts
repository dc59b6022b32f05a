import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { sslRequest } from '../shared/pg-frames.ts'

/**
 * What Postgres is spoken to on, once it is there: the connection itself, or TLS on it (PostgreSQL manual, "SSL Session
 * Encryption"). The certificate is not checked.
 *
 * @throws Error where Postgres refuses, ends the connection, or speaks no TLS.
 */
export async function speakWithPostgres(connection: Socket, withTls: boolean): Promise<Socket> {
  await next(connection, 'connect')
  if (!withTls) return connection
  connection.write(sslRequest())
  const answer: unknown = await next(connection, 'data')
  // One byte and no more: what stands behind it would be read as if it had come encrypted (CVE-2021-23222).
  if (String(answer) !== 'S')
    throw new Error('statements: expected a Postgres with ssl = on, saw one without')
  const secure = connectTls({ socket: connection, rejectUnauthorized: false })
  // A connection that fails twice, in the handshake and under it, must not end the process.
  secure.on('error', () => {})
  await next(secure, 'secureConnect')
  return secure
}

/** What the event brings. @throws Error where the socket ends or closes first. */
function next(socket: Socket, event: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const over = ['end', 'error', 'close']
    const settle = (settled: () => void) => {
      for (const each of over) socket.off(each, onOver)
      socket.off(event, onEvent)
      settled()
    }
    const onOver = (error?: unknown) =>
      settle(() => reject(new Error('statements: Postgres ended the connection', { cause: error })))
    const onEvent = (value: unknown) => settle(() => resolve(value))
    for (const each of over) socket.on(each, onOver)
    socket.on(event, onEvent)
  })
}
