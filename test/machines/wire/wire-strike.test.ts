import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { nowMs } from '../../../sandbox/host/clock.ts'
import { answerWith, arm, call, nextAtServer, observed, serveWith, silence, wire } from './wire-bench.ts'

// A client tells a reset from an end, and what it had read before from what it had not. So each test asserts the errno
// or the FIN that a kernel reported, and every byte before it; and that a connection which no rule met goes on.

test('resets at accept before it connects on, and only as often as the rule says', async () => {
  await wire.arm({ rules: [{ match: {}, when: { times: 1 }, verdict: { kind: 'reset' } }] })
  const struck = call('hello')
  await struck.untilFate()
  expect(struck.fate).toBe('ECONNRESET')
  expect(observed('connected')).toEqual([])

  const spared = call('hello')
  await spared.until(() => spared.text === 'hello')
  expect(await wire.evidence()).toEqual({
    fired: 1,
    counted: '1 of 2 connections',
    text: '1 of 2 connections was reset',
  })
})

test.each([
  { kind: 'reset', fate: 'ECONNRESET' },
  { kind: 'cut', fate: 'end' },
] as const)(
  '$kind after exactly N bytes of the server: the client reads all N first',
  async ({ kind, fate }) => {
    const body = randomBytes(5_000_000)
    answerWith(body)
    const untouched = call('GET')
    await untouched.until(() => untouched.bytes.length === body.length)

    await arm({ kind, from: 'server', afterBytes: 4_999_000 })
    const client = call('GET')
    await client.untilFate()
    expect(client.bytes.equals(body.subarray(0, 4_999_000))).toBe(true)
    expect(client.fate).toBe(fate)
    expect(untouched.fate).toBeUndefined()
    expect((await wire.evidence()).fired).toBe(1)

    await wire.heal()
    const after = call('GET')
    await after.until(() => after.bytes.length === body.length)
  },
)

test('reset before the first byte of the server: the request has arrived, the answer is lost', async () => {
  const requests: string[] = []
  serveWith((socket) =>
    socket.on('data', (chunk: Buffer) => {
      requests.push(String(chunk))
      socket.write('answer')
    }),
  )
  await arm({ kind: 'reset', from: 'server' })
  const client = call('order')
  await client.untilFate()
  expect(client.fate).toBe('ECONNRESET')
  expect(client.text).toBe('')
  expect(requests).toEqual(['order'])
})

test('half-cut ends one direction with a FIN; the other goes on', async () => {
  const atServer = nextAtServer()
  await arm({ kind: 'half-cut', from: 'server' })
  const client = call('before')
  const far = await atServer
  far.socket.write('never handed on')
  await client.untilFate()
  expect(client).toMatchObject({ fate: 'end', text: '' })
  client.socket.write(', after')
  await far.until(() => far.text === 'before, after')
  expect(far.fate).toBeUndefined()
})

test('forget: the server is reset now, the client when it next writes', async () => {
  const atServer = nextAtServer()
  await arm({ kind: 'forget', afterIdleMs: 100 })
  const client = call('hello')
  const far = await atServer
  await far.untilFate()
  expect(far.fate).toBe('ECONNRESET')
  await silence()
  expect(client.fate).toBeUndefined()
  client.socket.write('again')
  await client.untilFate()
  expect(client.fate).toBe('ECONNRESET')
})

test('cuts a connection that is idle, and never one that speaks', async () => {
  await arm({ kind: 'cut', afterIdleMs: 150 })
  const client = call('x')
  // Each echo is answered with a byte until 400 ms have passed.
  client.socket.on('data', () => {
    if (nowMs() - client.startMs < 400) setTimeout(() => client.socket.write('x'), 20)
  })
  await client.untilFate()
  expect(client.fate).toBe('end')
  expect(client.fateMs - client.reads.at(-1)!.atMs).toBeGreaterThan(149)
  expect(client.fateMs).toBeGreaterThan(500)
  expect(client.fateMs).toBeLessThan(1_500)
})
