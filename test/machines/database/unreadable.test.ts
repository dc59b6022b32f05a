import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { AdminConnection } from '../../../sandbox/machines/database/admin.ts'

// What speaks no Postgres behind a database URL is answered as such: it ends the query, and no process with it.

const message = (letter: string, ...body: number[]) =>
  Buffer.from([letter.charCodeAt(0), 0, 0, 0, body.length + 4, ...body])
const loggedIn = Buffer.concat([message('R', 0, 0, 0, 0), message('Z', 'I'.charCodeAt(0))])

test.each([
  ['a row of less than no columns', message('T', 0xff, 0xff), /saw what cannot be read \(.+\)/],
  ['a row that ends within itself', message('D', 0, 9, 0), /saw what cannot be read \(.+\)/],
  ['an error whose fields do not end', message('E', ...Buffer.from('SERROR')), /fields that do not end/],
  ['a notice whose fields do not end', message('N', ...Buffer.from('SLOG\0')), /fields that do not end/],
  ['a length that is none', Buffer.from('Z\0\0\0\0I'), /saw a length of 0/],
])('%s ends the query alone', async (_what, answer, why) => {
  const server = createServer((socket) => {
    socket.once('data', () => {
      socket.write(loggedIn)
      socket.once('data', () => socket.write(answer))
    })
    socket.on('error', () => {})
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const admin = new AdminConnection({
    host: '127.0.0.1',
    port,
    user: 'app',
    password: 'secret',
    database: 'shop',
  })
  try {
    await expect(admin.query('SELECT 1')).rejects.toThrow(why)
  } finally {
    await admin.close()
    server.close()
  }
})
