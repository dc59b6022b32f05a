import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import {
  answerWith,
  arm,
  call,
  nextAtServer,
  observed,
  seen,
  silence,
  untilFull,
  wire,
} from './wire-bench.ts'

// A run believes what a wire counts: where a fault acts, whether it did, how long bytes waited. A count that is off by
// one puts the fault elsewhere, and one that is never zero proves every fault: so bytes and strikes are asserted
// exactly, and also where nothing happened.

test('a rule that never struck has not fired', async () => {
  answerWith('short')
  await arm({ kind: 'reset', from: 'server', afterBytes: 1_000 })
  const client = call('GET')
  await client.until(() => client.text === 'short')
  expect(await wire.evidence()).toEqual({ fired: 0, text: '1 connection, none was struck' })
})

test('counts bytes behind a text, even when it lies across two chunks', async () => {
  const atServer = nextAtServer()
  await arm({ kind: 'cut', from: 'server', afterText: '\r\n\r\n', afterBytes: 4 })
  const client = call('GET')
  const far = await atServer
  far.socket.write('HTTP/1.1 200 OK\r\nA: b\r\n')
  await client.until(() => client.text === 'HTTP/1.1 200 OK\r\nA: b\r\n')
  far.socket.write('\r\n0123456789')
  await client.untilFate()
  expect(client.text).toBe('HTTP/1.1 200 OK\r\nA: b\r\n\r\n0123')
})

test('counts turns: the first request is answered, the second is reset', async () => {
  await arm({ kind: 'reset', from: 'client', turn: 2 })
  const client = call('first')
  await client.until(() => client.text === 'first')
  await silence()
  expect(client.fate).toBeUndefined()
  client.socket.write('second')
  await client.untilFate()
  expect(client.text).toBe('first')
  expect(client.fate).toBe('ECONNRESET')
})

test('says how long bytes waited, where they did; and compares what came with what went', async () => {
  await arm({ kind: 'delay', from: 'client', delayMs: 80 })
  const slow = call('hello')
  await slow.until(() => slow.text === 'hello')
  slow.socket.destroy()
  await wire.quiet(1_000)
  const heldMs = observed('out', 'server').at(-1)?.heldMs ?? 0
  expect(heldMs).toBeGreaterThanOrEqual(75)
  expect(observed('out', 'client').map((one) => one.heldMs)).not.toContainEqual(expect.anything())
  // It was the wire that kept them, not the receiver.
  expect(observed('out', 'server').at(-1)?.unreadMs ?? 0).toBeLessThan(heldMs / 2)

  seen.length = 0
  await arm({ kind: 'corrupt', from: 'client', afterBytes: 1, xor: 1 })
  const changed = call('hello')
  await changed.until(() => changed.bytes.length === 5)
  wire.flushObservations()
  expect(observed('in', 'client').at(-1)?.crc32).toBe(crc32('hello'))
  expect(observed('out', 'server').at(-1)?.crc32).toBe(crc32('hdllo'))
})

test('bytes that a full receiver makes wait have waited, too, and it is told that it was the receiver', async () => {
  const atServer = nextAtServer()
  const client = call(Buffer.alloc(20_000_000))
  const far = await atServer
  far.socket.pause()
  await untilFull()
  await silence()
  far.socket.resume()
  await new Promise<void>((resolve) => client.socket.end(resolve))
  client.socket.destroy()
  await wire.quiet(1_000)
  const { heldMs = 0, unreadMs = 0 } = observed('out', 'server').at(-1) ?? {}
  expect(heldMs).toBeGreaterThan(100)
  expect(heldMs - unreadMs).toBeLessThan(50)
  expect(observed('out', 'server').length).toBeLessThan(20)
})
