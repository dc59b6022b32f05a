import type { Client } from 'pg'
import { describe, expect, test, vi } from 'vitest'
import type { StatementVerdict } from '../../../sandbox/machines/statements/statement-points.ts'
import {
  arm,
  connected,
  fired,
  insert,
  marks,
  RawClient,
  say,
  sessions,
  settledOrSilence,
  silence,
  sqlstatesOf,
  tagged,
  typesOf,
  untilFired,
  untilNoSession,
} from './statement-bench.ts'

// A verdict inside a transaction is believed only if the state of the transaction is Postgres' own: what comes after it
// must meet what a real failure leaves.

const error: StatementVerdict = { kind: 'error', sqlstate: '40001', message: 'could not serialize access' }

const ways = [{ way: 'simple queries' }, { way: 'unnamed statements' }]

/** The statements of one transaction, each the same way. */
async function transaction({ way }: { way: string }) {
  const client = await connected()
  const extended = way !== 'simple queries'
  const ask = (text: string) => client.query(extended ? ({ text, queryMode: 'extended' } as never) : text)
  return { client, ask }
}

/** As ReadyForQuery tells it, which comes behind the error: idle, in a transaction, in a failed one. */
const untilStatus = (client: Client, status: string) =>
  vi.waitFor(() => expect(client.getTransactionStatus()).toBe(status), { timeout: 5_000, interval: 5 })

describe.each(ways)('$way', (way) => {
  test('error inside BEGIN: the next statement gives 25P02, until ROLLBACK', async () => {
    const { ask, client } = await transaction(way)
    await arm(error)
    await ask('BEGIN')
    await ask(`INSERT INTO marks VALUES ('before')`)
    await expect(ask(insert('broken'))).rejects.toMatchObject({ code: '40001' })
    await untilStatus(client, 'E')
    expect(await sessions()).toEqual([expect.objectContaining({ state: 'idle in transaction (aborted)' })])
    await expect(ask('SELECT 1')).rejects.toMatchObject({ code: '25P02' })
    await ask('ROLLBACK')
    await untilStatus(client, 'I')
    expect(await marks()).toEqual([])
    await ask(insert('after', 'other'))
    expect(await marks()).toEqual(['after'])
    expect(await fired()).toBe(1)
  })

  test('error behind a savepoint: the transaction goes on from there', async () => {
    const { ask } = await transaction(way)
    await arm(error)
    await ask('BEGIN')
    await ask(`INSERT INTO marks VALUES ('before')`)
    await ask('SAVEPOINT here')
    await expect(ask(insert('broken'))).rejects.toMatchObject({ code: '40001' })
    await ask('ROLLBACK TO SAVEPOINT here')
    await ask('COMMIT')
    expect(await marks()).toEqual(['before'])
  })

  test.each(['COMMIT', 'end;', '/* a *//* b */ -- c\n COMMIT WORK'])(
    'error at %j: nothing is committed, and the session is idle',
    async (commit) => {
      const { ask, client } = await transaction(way)
      await arm(error, { match: { step: 'marks.commit' } })
      await ask('BEGIN')
      await ask(insert('gone'))
      await expect(ask(tagged('marks.commit', commit))).rejects.toMatchObject({ code: '40001' })
      await untilStatus(client, 'I')
      expect(await sessions()).toEqual([expect.objectContaining({ state: 'idle' })])
      expect(await marks()).toEqual([])
      await ask(insert('after'))
      expect(await marks()).toEqual(['after'])
    },
  )

  test('a COMMIT whose reply is lost is committed', async () => {
    const { ask, client } = await transaction(way)
    await arm({ kind: 'lose-reply' }, { match: { step: 'marks.commit' } })
    await ask('BEGIN')
    await ask(insert('kept'))
    const committing = ask(tagged('marks.commit', 'COMMIT'))
    await untilFired()
    expect(await settledOrSilence(committing)).toBe('silence')
    expect(await marks()).toEqual(['kept'])
    committing.catch(() => {})
    client.end().catch(() => {})
    await untilNoSession()
  })

  test.each([
    { when: 'before', left: [] },
    { when: 'after', left: ['kept'] },
  ] as const)('a COMMIT that is cut $when leaves $left', async ({ left, when }) => {
    const { ask } = await transaction(way)
    await arm({ kind: 'cut', when }, { match: { step: 'marks.commit' } })
    await ask('BEGIN')
    await ask(insert('kept'))
    await expect(ask(tagged('marks.commit', 'COMMIT'))).rejects.toMatchObject({ code: 'ECONNRESET' })
    await untilNoSession()
    expect(await marks()).toEqual(left)
  })

  test('cut after a statement inside a transaction: Postgres rolls back', async () => {
    const { ask } = await transaction(way)
    await arm({ kind: 'cut', when: 'after' })
    await ask('BEGIN')
    await expect(ask(insert('undone'))).rejects.toMatchObject({ code: 'ECONNRESET' })
    await untilNoSession()
    expect(await marks()).toEqual([])
    expect(await fired()).toBe(1)
  })
})

test('an error leaves out what stands behind it up to the Sync, as any failure does', async () => {
  const client = await RawClient.login()
  await arm(error)
  client.send(
    ...[say.parse(`INSERT INTO marks VALUES ('first')`), say.bind(), say.execute()],
    ...[say.parse(insert('second')), say.bind(), say.describe('P'), say.execute()],
    ...[say.parse(`INSERT INTO marks VALUES ('third')`), say.bind(), say.execute(), say.sync],
    ...[say.parse(`INSERT INTO marks VALUES ('fourth')`), say.bind(), say.execute(), say.sync],
  )
  const heard = await client.hear(2)
  expect(typesOf(heard)).toBe('1 2 C 1 E ZI 1 2 C ZI')
  expect(sqlstatesOf(heard)).toEqual(['40001'])
  expect(await marks()).toEqual(['fourth'])
})

test("an error leaves the API's unnamed statement as it was", async () => {
  const client = await RawClient.login()
  await arm(error, { when: { times: 1 } })
  // A simple query would forget the unnamed statement, so the way back is a named one.
  client.send(say.query('BEGIN; SAVEPOINT here'), say.parse('ROLLBACK TO here', 'back'))
  client.send(say.parse(insert('again')), say.sync)
  expect(typesOf(await client.hear(2))).toBe('C C ZT 1 1 ZT')
  client.send(say.bind(), say.execute(), say.sync)
  expect(typesOf(await client.hear())).toBe('E ZE')
  client.send(say.bind('back'), say.execute(), say.sync, say.bind(), say.execute(), say.sync)
  expect(typesOf(await client.hear(2))).toBe('2 C ZT 2 C ZT')
})

test('an error at COMMIT may come again, and leaves nothing prepared', async () => {
  const client = await RawClient.login()
  await arm(error, { match: { step: 'marks.commit' } })
  const batch = (sql: string) => [say.parse(sql), say.bind(), say.execute(), say.sync]
  for (let count = 0; count < 2; count += 1) {
    client.send(...batch('BEGIN'), ...batch(insert('gone')), ...batch(tagged('marks.commit', 'COMMIT')))
    const heard = await client.hear(3)
    expect(typesOf(heard)).toBe('1 2 C ZT 1 2 C ZT 1 E ZI')
    expect(sqlstatesOf(heard)).toEqual(['40001'])
  }
  client.send(say.query('SELECT name FROM pg_prepared_statements'))
  expect(typesOf(await client.hear())).toBe('T C ZI')
  expect(await marks()).toEqual([])
})

test('behind an error that has no Sync yet, the API may still end the session', async () => {
  const client = await RawClient.login()
  await arm(error)
  client.send(say.parse(insert('x')), say.bind(), say.execute(), say.end)
  await client.untilFate()
  expect([typesOf(client.heard()), client.fate]).toEqual(['1 E', 'end'])
  await untilNoSession()
})

test('an error answers a named statement, which stays prepared', async () => {
  const client = await RawClient.login()
  await arm(error, { when: { times: 1 } })
  client.send(say.parse(insert('named'), 'add'), say.bind('add'), say.execute(), say.sync)
  expect(typesOf(await client.hear())).toBe('1 E ZI')
  client.send(say.bind('add'), say.execute(), say.sync)
  expect(typesOf(await client.hear())).toBe('2 C ZI')
  expect(await marks()).toEqual(['named'])
})

// An API that sends a Flush in place of the Sync gets the answer, but Postgres has not committed yet.
describe('an API that waits for the answer before its Sync', () => {
  const ask = async () => {
    const client = await RawClient.login()
    client.send(say.parse(insert('flushed')), say.bind(), say.execute(), say.flush)
    return client
  }

  test('gets it, and nothing is kept yet, where nothing is armed', async () => {
    const client = await ask()
    await client.until(() => typesOf(client.heard()) === '1 2 C')
    expect(await marks()).toEqual([])
    client.send(say.sync)
    expect(typesOf(await client.hear())).toBe('1 2 C ZI')
    expect(await marks()).toEqual(['flushed'])
  })

  test('cut after: is reset, and what it asked for is kept', async () => {
    await arm({ kind: 'cut', when: 'after' })
    const client = await ask()
    await client.untilFate()
    expect(client.fate).toBe('ECONNRESET')
    expect(await marks()).toEqual(['flushed'])
  })

  test('lose-reply: hears nothing more, and what it asked for is kept', async () => {
    await arm({ kind: 'lose-reply' })
    const client = await ask()
    await untilFired()
    await silence()
    expect(typesOf(client.heard())).toBe('1 2')
    expect(await marks()).toEqual(['flushed'])
    client.send(say.sync)
    await silence()
    expect(typesOf(client.heard())).toBe('1 2')
    expect(client.fate).toBeUndefined()
  })

  test('halve: is ended, and what it asked for is kept', async () => {
    await arm({ kind: 'halve' })
    const client = await ask()
    await client.untilFate()
    expect(client.fate).toBe('end')
    // Also where the API never closes its side.
    await untilNoSession()
    expect(await marks()).toEqual(['flushed'])
  })
})
