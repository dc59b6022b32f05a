import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import type { WireVerdict } from '../../../sandbox/machines/wire/wire-points.ts'
import { arm, call, nextAtServer, observed, serveWith, silence, wire } from './wire-bench.ts'

// That nothing comes is only shown by waiting, long against a round trip of loopback, and by showing that there was
// something to hand on: what the wire read, or what the other direction still carries.

test('silence at accept: connected, and then nothing; not even the FIN is answered', async () => {
  await arm({ kind: 'silence' })
  const client = call('hello')
  client.socket.end()
  await silence()
  expect(client.socket.connecting).toBe(false)
  expect(client.fate).toBeUndefined()
  expect(client.text).toBe('')
  wire.flushObservations()
  expect(observed('in', 'client').at(-1)!.bytes).toBe(5)
  expect(observed('out', 'server').at(-1)).toMatchObject({ bytes: 0 })
  expect((await wire.evidence()).fired).toBe(1)
})

test.each<WireVerdict>([
  { kind: 'silence' },
  { kind: 'stall', from: 'server' },
  { kind: 'swallow-end', from: 'server' },
])('healing ends a connection that could not end by itself: %o', async (verdict) => {
  await arm({ kind: 'delay', delayMs: 1 })
  const works = call('hello')
  await works.until(() => works.text === 'hello')
  serveWith((socket) => socket.resume().end('bye'))
  await arm(verdict)
  const stuck = call('GET')
  await expect.poll(async () => (await wire.evidence()).fired).toBe(1)
  await silence()
  expect(stuck.fate).toBeUndefined()
  await wire.heal()
  await stuck.untilFate()
  expect(stuck.fate).toBe('ECONNRESET')
  expect(wire.open).toBe(1)
  expect(works.fate).toBeUndefined()
})

test('afterMs: everything is handed on until then, and nothing after', async () => {
  await arm({ kind: 'silence', afterMs: 200 })
  const client = call('hello')
  await client.until(() => client.text === 'hello')
  expect(client.reads[0]!.atMs).toBeLessThan(200)
  expect((await wire.evidence()).fired).toBe(0)
  await expect.poll(async () => (await wire.evidence()).fired).toBe(1)
  client.socket.write('again')
  await silence()
  expect(client.text).toBe('hello')
  expect(client.fate).toBeUndefined()

  await arm({ kind: 'reset', afterMs: 0 })
  await call().untilFate()
  expect(observed('connected')).toHaveLength(1)
})

test('stall stops one direction after exactly N bytes; the other goes on', async () => {
  const requests: string[] = []
  serveWith((socket) =>
    socket.on('data', (chunk: Buffer) => {
      requests.push(String(chunk))
      socket.write('0123456789')
    }),
  )
  await arm({ kind: 'stall', from: 'server', afterBytes: 4 })
  const client = call('a')
  await client.until(() => client.text.length === 4)
  client.socket.write('b')
  await silence()
  expect(client.text).toBe('0123')
  expect(client.fate).toBeUndefined()
  expect(requests).toEqual(['a', 'b'])
  wire.flushObservations()
  expect(observed('in', 'server').at(-1)!.bytes).toBe(20)
  expect(observed('out', 'client').at(-1)!.bytes).toBe(4)
})

test.each([
  { fate: 'end', arrives: 'end-in', finish: (socket: Socket) => socket.end() },
  { fate: 'ECONNRESET', arrives: 'reset-in', finish: (socket: Socket) => socket.resetAndDestroy() },
] as const)(
  'swallow-end: the other side never learns of the $fate; delay-end: it learns later',
  async ({ arrives, fate, finish }) => {
    /** The server answers, and leaves when the client has read that. */
    const answered = async () => {
      const atServer = nextAtServer()
      const client = call('GET')
      const far = await atServer
      far.socket.write('bye')
      await client.until(() => client.text === 'bye')
      finish(far.socket)
      return client
    }
    await arm({ kind: 'swallow-end', from: 'server' })
    const left = await answered()
    await expect.poll(() => observed(arrives, 'server')).toHaveLength(1)
    await silence()
    expect(left.fate).toBeUndefined()
    expect(observed('end-out', 'client')).toEqual([])
    expect(observed('reset-out', 'client')).toEqual([])

    await arm({ kind: 'delay-end', from: 'server', delayMs: 200 })
    const late = await answered()
    await late.untilFate()
    expect(late.fate).toBe(fate)
    expect(late.fateMs - late.reads.at(-1)!.atMs).toBeGreaterThan(150)
    // Arming anew heals what was armed before, and so ends what that one kept.
    expect(left.fate).toBe('ECONNRESET')
  },
)
