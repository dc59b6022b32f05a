import { expect, test } from 'vitest'
import { answerWith, call, observed, silence, wire } from './wire-bench.ts'

// A connection pool keeps what is dead. So what matters is which connection is struck and which is not, and that once
// the state is armed the client knows: else the call that follows would race with its own fault.

test.each([
  ['reset', 'ECONNRESET', 'reset'],
  ['cut', 'end', 'cut'],
  ['silence', undefined, 'silenced'],
] as const)('open-struck, %s: what is open is struck, what is new works', async (strike, fate, became) => {
  answerWith('answer')
  const open = call('hello')
  await open.until(() => open.text === 'answer')
  await wire.arm({ state: { kind: 'open-struck', strike } })
  open.socket.write('again')
  await silence()
  expect(open).toMatchObject({ fate, text: 'answer' })
  expect(await wire.evidence()).toMatchObject({ fired: 1, text: `1 connection was ${became}` })
  const fresh = call('hello')
  await fresh.until(() => fresh.text === 'answer')
  await wire.heal()
})

test('open-struck, afterIdleMs: struck once it is idle, and armed when the client has answered', async () => {
  answerWith('answer')
  const open = call('hello')
  await open.until(() => open.text === 'answer')
  open.socket.on('end', () => open.socket.end())
  const busy = setInterval(() => open.socket.write('again'), 50)
  setTimeout(clearInterval, 300, busy)
  await wire.arm({ state: { kind: 'open-struck', strike: 'cut', afterIdleMs: 200 } })
  expect(open.fate).toBe('end')
  expect(open.fateMs - open.reads.at(-1)!.atMs).toBeGreaterThan(195)
  expect(open.fateMs).toBeGreaterThan(450)
  expect(observed('end-in', 'client')).toHaveLength(1)
  expect((await wire.evidence()).fired).toBe(1)
})

test('open-struck, afterIdleMs: what is healed before it is idle stays open', async () => {
  const open = call('hello')
  await open.until(() => open.text === 'hello')
  const busy = setInterval(() => open.socket.write('again'), 50)
  await wire.arm({ state: { kind: 'open-struck', strike: 'reset', afterIdleMs: 100 } })
  expect(await wire.evidence()).toEqual({ fired: 0, text: '1 connection, none was struck' })
  await wire.heal()
  clearInterval(busy)
  await silence()
  await silence()
  expect(open.fate).toBeUndefined()
})

test('open-struck, forget: the next byte of the client is answered with a RST', async () => {
  answerWith('answer')
  const open = call('hello')
  await open.until(() => open.text === 'answer')
  await wire.arm({ state: { kind: 'open-struck', strike: 'forget' } })
  expect(open.fate).toBeUndefined()
  open.socket.write('again')
  await open.untilFate()
  expect(open.fate).toBe('ECONNRESET')
})
