import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LoopbackGround } from '../../sandbox/host/ground/loopback-ground.ts'
import { resetSocket } from '../../sandbox/host/reset-socket.ts'

// A socket that is reset is gone: its handle is closed and its peer knows, whatever it was just doing.

const ground = new LoopbackGround()
let server: Server
let port: number
let far: Promise<Socket>

beforeEach(async () => {
  server = createServer({ allowHalfOpen: true })
  far = once(server, 'connection').then(([socket]) => socket as Socket)
  port = await ground.listen(server, '127.0.0.1', 0)
})
afterEach(() => server.close())

async function open(): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
  await once(socket, 'connect')
  return socket
}

const fate = (socket: Socket) =>
  new Promise<string>((resolve) => {
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'error'))
    socket.once('close', () => resolve('closed'))
    socket.resume()
  })

test('an open one resets its peer', async () => {
  const socket = await open()
  const atPeer = fate(await far)
  const closed = once(socket, 'close')
  resetSocket(socket)
  await closed
  expect(await atPeer).toBe('ECONNRESET')
})

test('one whose FIN is just going out is closed, and resets its peer', async () => {
  const socket = await open()
  const peer = await far
  const ended = once(peer.resume(), 'end')
  const closed = fate(socket)
  socket.end('last words')
  resetSocket(socket)
  expect(await closed).toBe('closed')
  // Behind a FIN a peer learns of the RST when it writes: to a connection that is merely half closed it could.
  await ended
  const atPeer = fate(peer)
  peer.write('are you there?')
  expect(['ECONNRESET', 'EPIPE']).toContain(await atPeer)
})

test('one whose FIN cannot go out, since its peer takes no bytes, is closed all the same', async () => {
  const socket = await open()
  const peer = await far
  peer.pause()
  socket.end(Buffer.alloc(20_000_000))
  const closed = fate(socket)
  resetSocket(socket)
  expect(await closed).toBe('closed')
  peer.destroy()
})

test('one that is being opened is closed, and does not wait to be open', async () => {
  const socket = connect({ host: '127.0.0.1', port })
  const closed = fate(socket)
  resetSocket(socket)
  expect(socket.destroyed).toBe(true)
  expect(await closed).toBe('closed')
})
