import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import {
  call,
  callAt,
  ground,
  nextAtServer,
  observed,
  openWire,
  seen,
  server,
  serveWith,
  untilFull,
  wire,
} from './wire-bench.ts'

// Unbroken, a wire must be a cable: what one end does is what the other end meets. Were it not, what a fault seems to do
// could be the wire's own doing. Both ends are raw sockets, and what the wire says it saw is compared with theirs.

test('keeps every byte and a half-closed connection: the answer comes after the FIN of the client', async () => {
  const sent = randomBytes(5_000_000)
  serveWith((socket) => {
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('end', () => socket.end(Buffer.concat(chunks)))
  })
  const client = call()
  client.socket.end(sent)
  await client.untilFate()

  expect(client.fate).toBe('end')
  expect(client.bytes.equals(sent)).toBe(true)
  expect(observed('accepted')).toHaveLength(1)
  expect(observed('connected')).toHaveLength(1)
  expect(observed('end-in', 'client')).toHaveLength(1)
  expect(observed('end-out', 'server')[0]).toMatchObject({ bytes: sent.length, crc32: crc32(sent) })
  expect(observed('end-out', 'client')[0]).toMatchObject({ bytes: sent.length, crc32: crc32(sent) })
  expect([...observed('reset-in', 'client'), ...observed('reset-out', 'client')]).toEqual([])
})

test('hands a RST of the server on as a RST, behind its bytes', async () => {
  const atServer = nextAtServer()
  const client = call('hello')
  const far = await atServer
  far.socket.write('half')
  await client.until(() => client.text === 'half')
  far.socket.resetAndDestroy()
  await client.untilFate()
  expect(client.text).toBe('half')
  expect(client.fate).toBe('ECONNRESET')
  expect(observed('reset-in', 'server')).toHaveLength(1)
  expect(observed('reset-out', 'client')[0]).toMatchObject({ bytes: 4, crc32: crc32('half') })
})

test('what a reader along the way keeps stays as it was, though the wire reads on', async () => {
  const sent = randomBytes(3_000_000)
  const kept: Buffer[] = []
  const tap = { opened: () => {}, bytes: (_port: number, chunk: Buffer) => kept.push(chunk), end: () => {} }
  const tapped = await openWire({ tap })
  const client = callAt(tapped)
  client.socket.end(sent)
  await client.untilFate()
  await tapped.close()
  expect(Buffer.concat(kept).equals(sent)).toBe(true)
})

test('sums up what passes only where it will be compared', async () => {
  const unwatched = await openWire({ isCompared: false })
  const client = callAt(unwatched)
  client.socket.end('hello')
  await client.untilFate()
  await unwatched.close()
  expect(observed('end-out', 'client')[0]).toMatchObject({ bytes: 5 })
  expect(seen.filter((one) => 'crc32' in one)).toEqual([])
})

test('hands a RST of the client on as a RST', async () => {
  const atServer = nextAtServer()
  const client = call('hello')
  const far = await atServer
  await far.until(() => far.text === 'hello')
  client.socket.resetAndDestroy()
  await far.untilFate()
  expect(far.fate).toBe('ECONNRESET')
})

test('resets the client when the server refuses', async () => {
  server.close()
  const client = call('hello')
  await client.untilFate()
  expect(client.fate).toBe('ECONNRESET')
  expect(observed('refused')).toHaveLength(1)
  expect(observed('connected')).toEqual([])
})

test('keeps back-pressure: what the server does not read, the client cannot send', async () => {
  const atServer = nextAtServer()
  const client = call(Buffer.alloc(64_000_000))
  const far = await atServer
  far.socket.pause()
  await untilFull()
  expect(client.socket.writableLength).toBeGreaterThan(0)
  expect(observed('in', 'client').at(-1)!.bytes).toBeLessThan(40_000_000)
})

test('close leaves no connection and no listener', async () => {
  const client = call('hello')
  await client.until(() => client.text === 'hello')
  await wire.close()
  await client.untilFate()
  expect(await ground.probe('127.0.0.1', wire.port)).toBe('ECONNREFUSED')
})
