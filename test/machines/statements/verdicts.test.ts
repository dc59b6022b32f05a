import type { EventEmitter } from 'node:events'
import type { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import { nowMs } from '../../../sandbox/host/clock.ts'
import type { StatementVerdict } from '../../../sandbox/machines/statements/statement-points.ts'
import {
  arm,
  connected,
  evidence,
  fired,
  heal,
  marks,
  sessions,
  settledOrSilence,
  silence,
  tagged,
  tap,
  untilClosed,
  untilFired,
  untilNoSession,
} from './statement-bench.ts'

// Each verdict on a statement as the API may send it: what the client library sees, and what another session finds in
// Postgres. A verdict that only looks right from the client's side proves nothing: a row is there, or it is not.

const sql = `INSERT INTO marks (name) SELECT 'row ' || n FROM generate_series(1, 5) n RETURNING name`
const rows = ['row 1', 'row 2', 'row 3', 'row 4', 'row 5']

interface Way {
  readonly way: string
  readonly run: (client: Client, step?: string) => Promise<{ rows: unknown[] }>
}

const ways: readonly Way[] = [
  { way: 'a simple query', run: (client, step = 'marks.add') => client.query(tagged(step, sql)) },
  {
    way: 'an unnamed statement',
    run: (client, step = 'marks.add') => client.query(tagged(step, `${sql}, $1::int`), [1]),
  },
  {
    way: 'a named statement',
    run: (client, step = 'marks.add') => client.query({ name: `add ${step}`, text: tagged(step, sql) }),
  },
]

describe.each(ways)('$way', ({ run }) => {
  test('passes as it is where no rule is, or the rule is of another step', async () => {
    const client = await connected()
    expect((await run(client)).rows).toHaveLength(5)
    await client.query('TRUNCATE marks')
    const verdicts: StatementVerdict[] = [
      { kind: 'delay', delayMs: 60_000 },
      { kind: 'hang' },
      { kind: 'lose-reply' },
      { kind: 'cut', when: 'before' },
      { kind: 'cut', when: 'after' },
      { kind: 'halve' },
      { kind: 'error', sqlstate: '40001', message: 'x' },
    ]
    for (const verdict of verdicts) {
      await arm(verdict)
      expect((await run(client, 'marks.other')).rows, verdict.kind).toHaveLength(5)
      expect(await evidence()).toMatchObject({ fired: 0, text: '0 statements met the rule' })
      await client.query('TRUNCATE marks')
    }
    await heal()
    expect((await run(client)).rows).toHaveLength(5)
    expect(await marks()).toEqual(rows)
  })

  test('delay: reaches Postgres that much later, and is answered', async () => {
    const client = await connected()
    await arm({ kind: 'delay', delayMs: 250 })
    const startedMs = nowMs()
    const running = run(client)
    await untilFired()
    expect(await marks()).toEqual([])
    expect((await running).rows).toHaveLength(5)
    const tookMs = nowMs() - startedMs
    expect(tookMs).toBeGreaterThanOrEqual(250)
    expect(tookMs).toBeLessThan(2_000)
    expect(await marks()).toEqual(rows)
    const text = (await evidence())?.text
    expect(text).toBe('1 statement: marks.add delayed by 250 ms')
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  test('hang: never reaches Postgres and is never answered', async () => {
    const client = await connected()
    await arm({ kind: 'hang' })
    const running = run(client)
    await untilFired()
    expect(await settledOrSilence(running)).toBe('silence')
    expect(await sessions()).toEqual([expect.objectContaining({ state: 'idle' })])
    client.end().catch(() => {})
    await expect(running).rejects.toThrow()
    await untilNoSession()
    expect(await marks()).toEqual([])
    await untilClosed()
  })

  test('lose-reply: is carried out and committed, and never answered', async () => {
    const client = await connected()
    await arm({ kind: 'lose-reply' })
    const running = run(client)
    await untilFired()
    expect(await settledOrSilence(running)).toBe('silence')
    expect(await marks()).toEqual(rows)
    expect(await evidence()).toMatchObject({
      fired: 1,
      text: '1 statement: marks.add was carried out, its reply lost',
    })
    // Not even the end of the session reaches the client.
    const [pair] = tap.pairs
    pair?.[0].end()
    expect(await settledOrSilence(running)).toBe('silence')
    client.end().catch(() => {})
    await expect(running).rejects.toThrow()
    await untilNoSession()
  })

  test('cut before: the client is reset, and nothing was done', async () => {
    const client = await connected()
    await arm({ kind: 'cut', when: 'before' })
    await expect(run(client)).rejects.toMatchObject({ code: 'ECONNRESET' })
    await untilNoSession()
    expect(await marks()).toEqual([])
    expect((await evidence())?.text).toBe('1 statement: marks.add cut off before it ran')
  })

  test('cut after: the client is reset, and all was done', async () => {
    const client = await connected()
    await arm({ kind: 'cut', when: 'after' })
    await expect(run(client)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(await marks()).toEqual(rows)
    await untilNoSession()
    expect(await fired()).toBe(1)
    expect((await evidence())?.text).toBe('1 statement: marks.add cut off after it ran')
  })

  test('halve: two rows of five arrive, then the end of the session; all was done', async () => {
    const client = await connected()
    await arm({ kind: 'halve' })
    const seen: unknown[] = []
    const { connection } = client as unknown as { connection: EventEmitter }
    connection.on('dataRow', ({ fields }) => seen.push(fields[0]))
    await expect(run(client)).rejects.toThrow('Connection terminated unexpectedly')
    expect(seen).toHaveLength(2)
    expect(await marks()).toEqual(rows)
    await untilNoSession()
    expect((await evidence())?.text).toBe('1 statement: marks.add lost half of its rows')
  })

  test('error: the client gets this SQLSTATE, nothing was done, and the session goes on', async () => {
    const client = await connected()
    const message = 'could not serialize access'
    await arm({ kind: 'error', sqlstate: '40001', message }, { when: { times: 2 } })
    for (let count = 0; count < 2; count += 1) {
      await expect(run(client)).rejects.toMatchObject({ code: '40001', severity: 'ERROR', message })
      expect(client.getTransactionStatus()).toBe('I')
    }
    expect(await marks()).toEqual([])
    expect((await run(client)).rows).toHaveLength(5)
    expect(await marks()).toEqual(rows)
    expect((await evidence())?.text).toBe(
      '2 statements: 2 × marks.add was answered 40001, written on the way',
    )
  })
})

test('a statement that fails is no result to halve: its error arrives, and the session goes on', async () => {
  const client = await connected()
  await arm({ kind: 'halve' })
  const failing = tagged('marks.add', 'SELECT 1 / (3 - n) FROM generate_series(1, 3) n')
  await expect(client.query(failing)).rejects.toMatchObject({ code: '22012' })
  expect(await fired()).toBe(0)
  expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
})

// Messages of this size come and go in parts.
test.each([
  [
    'text',
    tagged('marks.add', `INSERT INTO marks (name, note) VALUES ('x', '${'y'.repeat(300_000)}')`),
    undefined,
  ],
  [
    'parameter',
    tagged('marks.add', `INSERT INTO marks (name, note) VALUES ('x', $1)`),
    ['y'.repeat(300_000)],
  ],
] as const)('a statement with a long %s meets as a whole', async (_, text, values) => {
  const client = await connected()
  const add = () => client.query(text, values === undefined ? undefined : [...values])
  await arm({ kind: 'error', sqlstate: '40001', message: 'x' }, { when: { times: 1 } })
  await expect(add()).rejects.toMatchObject({ code: '40001' })
  await arm({ kind: 'delay', delayMs: 100 })
  await add()
  expect(await fired()).toBe(1)
  const length = 'SELECT length(note) AS length FROM marks'
  expect((await client.query(length)).rows).toEqual([{ length: 300_000 }])
  await arm({ kind: 'halve' }, { match: {} })
  const seen: number[] = []
  const { connection } = client as unknown as { connection: EventEmitter }
  connection.on('dataRow', ({ fields }) => seen.push(fields[0].length))
  const halved = client.query(tagged('marks.list', 'SELECT note FROM marks, generate_series(1, 5)'))
  await expect(halved).rejects.toThrow('Connection terminated unexpectedly')
  expect(seen).toEqual([300_000, 300_000])
})

test('what a statement met stays with its session when the rule is healed', async () => {
  const client = await connected()
  await arm({ kind: 'hang' })
  const running = client.query(tagged('marks.add', 'SELECT 1'))
  await untilFired()
  await heal()
  expect(await settledOrSilence(running)).toBe('silence')
  const other = await connected()
  expect((await other.query(tagged('marks.add', 'SELECT 1 AS one'))).rows).toEqual([{ one: 1 }])
  await silence()
  running.catch(() => {})
})
