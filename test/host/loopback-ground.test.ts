import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { LoopbackGround } from '../../sandbox/host/ground/loopback-ground.ts'

const ground = new LoopbackGround()
const linuxOnly = process.platform !== 'linux'

test('listens on a free loopback port and refuses a taken one with EADDRINUSE', async () => {
  const server = createServer()
  const port = await ground.listen(server, '127.0.0.1', 0)
  expect(await ground.probe('127.0.0.1', port)).toBe('connected')

  await expect(ground.listen(createServer(), '127.0.0.1', port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await expect(ground.fillBacklog('127.0.0.1', port, () => {})).rejects.toMatchObject({ code: 'EADDRINUSE' })

  server.close()
  expect(await ground.probe('127.0.0.1', port)).toBe('ECONNREFUSED')
})

test('binds UDP and refuses a taken port with EADDRINUSE', async () => {
  const socket = await ground.bindUdp('127.0.0.1', 0)
  const { address, port } = socket.address()
  expect(address).toBe('127.0.0.1')
  await expect(ground.bindUdp('127.0.0.1', port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  socket.close()
})

test.each(['0.0.0.0', '::', 'localhost', '192.0.2.1', ''])(
  'never opens %j: it is no loopback address',
  async (address) => {
    const server = createServer()
    await expect(ground.listen(server, address, 0)).rejects.toThrow('loopback')
    expect(server.listening).toBe(false)
    await expect(ground.bindUdp(address, 0)).rejects.toThrow('loopback')
    await expect(ground.fillBacklog(address, 9, () => {})).rejects.toThrow('loopback')
  },
)

/** A port that is free now: a full backlog needs one it can name. */
async function freePort(address: string): Promise<number> {
  const server = createServer()
  const port = await ground.listen(server, address, 0)
  server.close()
  return port
}

// The kernel is the witness twice: the connect never ends, and its socket is seen in SYN_SENT.
test.skipIf(linuxOnly).each(['127.0.0.1', '::1'])(
  'a full backlog on %s answers no connect until released (Linux only)',
  async (address) => {
    const port = await freePort(address)
    const backlog = await ground.fillBacklog(address, port, () => {})
    const waiting: Socket[] = []
    try {
      expect(await backlog.unanswered()).toBe(0)
      for (let n = 0; n < 3; n += 1) waiting.push(connect({ host: address, port }).on('error', () => {}))
      expect(await ground.probe(address, port)).toBe('ETIMEDOUT')
      expect(waiting.every((socket) => socket.connecting)).toBe(true)
      expect(await backlog.unanswered()).toBe(4)
    } finally {
      for (const socket of waiting) socket.destroy()
      await backlog.release()
    }
    expect(await backlog.unanswered()).toBe(4)
    expect(await ground.probe(address, port)).toBe('ECONNREFUSED')

    const server = createServer()
    await ground.listen(server, address, port)
    expect(await ground.probe(address, port)).toBe('connected')
    server.close()
    await once(server, 'close')
  },
)
