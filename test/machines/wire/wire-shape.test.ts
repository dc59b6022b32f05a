import { expect, test } from 'vitest'
import { nowMs } from '../../../sandbox/host/clock.ts'
import { answerWith, arm, call, serveWith } from './wire-bench.ts'

// A shaped connection still works: every byte that no rule changed arrives, in order, and never early. Early is a bound
// that holds on every host; late is one only as far as a busy host leaves it.

test('delay: one delay per direction, order kept, never early, the FIN too', async () => {
  await arm({ kind: 'delay', delayMs: 100, jitterMs: 20, seed: 7 })
  const client = call()
  const sentMs = nowMs() - client.startMs
  for (let n = 0; n < 10; n += 1) client.socket.write(`${n}`)
  client.socket.end()
  await client.untilFate()
  expect(client.text).toBe('0123456789')
  expect(client.fate).toBe('end')
  expect(client.reads[0]!.atMs - sentMs).toBeGreaterThanOrEqual(160)
  expect(client.fateMs - sentMs).toBeLessThan(600)
})

test('delay of one direction leaves the other alone', async () => {
  let atServerMs = Number.POSITIVE_INFINITY
  serveWith((socket) =>
    socket.on('data', () => {
      atServerMs = nowMs() - client.startMs
      socket.write('answer')
    }),
  )
  await arm({ kind: 'delay', from: 'server', delayMs: 300 })
  const client = call('hello')
  await client.until(() => client.text === 'answer')
  expect(atServerMs).toBeLessThan(200)
  expect(client.reads[0]!.atMs - atServerMs).toBeGreaterThanOrEqual(300)
})

test('throttle keeps to its bytes per second by the clock', async () => {
  answerWith(Buffer.alloc(100_000))
  await arm({ kind: 'throttle', from: 'server', bytesPerSecond: 200_000 })
  const client = call('GET')
  await client.until(() => client.bytes.length === 100_000)
  const tookMs = client.reads.at(-1)!.atMs
  expect(tookMs).toBeGreaterThanOrEqual(499)
  expect(tookMs).toBeLessThan(750)
})

test('slice: the peer reads each piece by itself', async () => {
  answerWith('head;0123456789')
  await arm({ kind: 'slice', from: 'server', afterText: ';', bytes: 2, delayMs: 10 })
  const client = call('GET')
  await client.until(() => client.text === 'head;0123456789')
  expect(client.reads.map(({ bytes }) => bytes.toString())).toEqual(['head;', '01', '23', '45', '67', '89'])
  expect(client.reads.at(-1)!.atMs - client.reads[0]!.atMs).toBeGreaterThan(45)
})

test('corrupt changes the bytes it names, and no other', async () => {
  answerWith('0123456789')
  await arm({ kind: 'corrupt', from: 'server', afterBytes: 3, xor: 1, bytes: 2 })
  const client = call('GET')
  await client.until(() => client.text.length === 10)
  expect(client.text).toBe('0122556789')
})

test.each([
  [{ text: 'X', removeBytes: 3 }, '0123X789'],
  [{ text: 'XY' }, '0123XY456789'],
  [{ text: '', removeBytes: 'rest' }, '0123'],
] as const)('forge %j puts text in and takes bytes out', async (forged, expected) => {
  serveWith((socket) => socket.on('data', () => socket.end('0123456789')))
  await arm({ kind: 'forge', from: 'server', afterBytes: 4, ...forged })
  const client = call('GET')
  await client.untilFate()
  expect(client.text).toBe(expected)
  expect(client.fate).toBe('end')
})
