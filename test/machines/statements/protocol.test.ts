import { describe, expect, test, vi } from 'vitest'
import type { StatementVerdict } from '../../../sandbox/machines/statements/statement-points.ts'
import {
  arm,
  connected,
  database,
  expectInStep,
  fired,
  insert,
  link,
  marks,
  openLink,
  RawClient,
  say,
  silence,
  sqlstatesOf,
  Tap,
  tagged,
  tap,
  target,
  typesOf,
  untilClosed,
  untilFired,
  valuesOf,
  witness,
} from './statement-bench.ts'

// What the PostgreSQL manual allows ("Frontend/Backend Protocol", "Message Flow") passes as it is, and afterwards the link
// still knows which answer is to which message: a verdict on the next statement proves that.

const error: StatementVerdict = { kind: 'error', sqlstate: '40001', message: 'no' }

const bytesOf = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString('latin1')

describe('opening', () => {
  test('encryption is refused as often as it is asked for, then the session opens', async () => {
    const client = new RawClient()
    client.send(say.gss)
    await client.until(() => client.bytes.length === 1)
    client.send(say.ssl)
    await client.until(() => client.bytes.length === 2)
    expect(client.bytes.toString()).toBe('NN')
    client.send(say.ssl, say.startup(database.target.user))
    await client.until(() => client.bytes.length > 3)
    // Postgres' own: it wants a password exchange.
    expect(client.bytes.toString('latin1', 0, 4)).toBe('NNNR')
    // Nothing of that reached Postgres.
    expect(bytesOf(tap.up)).toBe(say.startup(database.target.user).toString('latin1'))
  })

  test('what the client says before Postgres is there is not lost', async () => {
    const client = new RawClient()
    client.send(say.ssl, say.gss, say.startup(database.target.user))
    await client.until(() => client.bytes.length > 2)
    expect(client.bytes.toString('latin1', 0, 3)).toBe('NNR')
  })

  test('a CancelRequest cancels the statement of another session', async () => {
    const client = await connected()
    const sleeping = client.query('SELECT pg_sleep(30)').catch(({ code }) => code)
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number }
    await vi.waitFor(async () => {
      const [row] = await witness.query(`SELECT wait_event FROM pg_stat_activity WHERE pid = ${processID}`)
      expect(row).toEqual({ wait_event: 'PgSleep' })
    })
    const key = Buffer.alloc(8)
    key.writeInt32BE(processID, 0)
    key.writeInt32BE(secretKey, 4)
    const canceller = new RawClient()
    canceller.send(say.cancel(key))
    await canceller.untilFate()
    expect([canceller.fate, canceller.bytes.length]).toEqual(['end', 0])
    expect(await sleeping).toBe('57014')
  })

  test('a wrong password is refused by Postgres, in its own words', async () => {
    await expect(connected({ ...target(), password: 'wrong' })).rejects.toMatchObject({ code: '28P01' })
  })

  test.each([
    ['a TLS ClientHello without an SSLRequest', Buffer.from('1603010200010001fc0303', 'hex')],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a length of 7', Buffer.from([0, 0, 0, 7, 0, 0, 0])],
  ])('%s is reset', async (_, bytes) => {
    const client = new RawClient()
    client.send(bytes)
    await client.untilFate()
    expect(client.fate).toBe('ECONNRESET')
  })
})

describe('extended query', () => {
  test('Describe of statement and portal, Close, Flush, row limits', async () => {
    const client = await RawClient.login()
    client.send(say.parse('SELECT generate_series(1, 5)', 's'), say.describe('S', 's'), say.flush)
    await client.until(() => typesOf(client.heard()) === '1 t T')
    client.send(say.bind('s', 'p'), say.describe('P', 'p'), say.execute(2, 'p'), say.flush)
    await client.until(() => typesOf(client.heard()) === '1 t T 2 T D D s')
    client.send(
      say.execute(0, 'p'),
      say.close('P', 'p'),
      say.close('S', 's'),
      say.close('S', 'absent'),
      say.sync,
    )
    expect(typesOf(await client.hear())).toBe('1 t T 2 T D D s D D D C 3 3 3 ZI')
    client.send(say.parse('', 'empty'), say.describe('S', 'empty'), say.bind('empty'), say.describe('P'))
    client.send(say.execute(), say.sync)
    expect(typesOf(await client.hear())).toBe('1 t n 2 n I ZI')
    await expectInStep(client)
  })

  test.each([
    ['Parse', say.parse('SELEC'), '42601', ''],
    ['Bind', say.bind('absent'), '26000', ''],
    ['Describe', say.describe('S', 'absent'), '26000', ''],
    ['Execute', say.execute(0, 'absent'), '34000', ''],
    [
      'Execute of a statement that fails',
      Buffer.concat([say.parse('SELECT 1 / n FROM generate_series(0, 0) n'), say.bind(), say.execute()]),
      '22012',
      '1 2 ',
    ],
  ])('an error in %s leaves out all up to the Sync', async (_, failing, sqlstate, before) => {
    const client = await RawClient.login()
    client.send(failing, say.parse('SELECT 1'), say.bind(), say.execute(), say.query('SELECT 2'), say.sync)
    const heard = await client.hear()
    expect(typesOf(heard)).toBe(`${before}E ZI`)
    expect(sqlstatesOf(heard)).toEqual([sqlstate])
    await expectInStep(client)
  })

  test('what comes behind an error that has been answered is left out, too', async () => {
    const client = await RawClient.login()
    client.send(say.parse('SELEC'), say.flush)
    await client.until(() => typesOf(client.heard()) === 'E')
    client.send(say.parse('SELECT 1'), say.bind(), say.execute(), say.flush, say.query('SELECT 2'), say.sync)
    expect(typesOf(await client.hear())).toBe('E ZI')
    await expectInStep(client)
  })

  test('an error at the Sync, where a deferred constraint is looked at', async () => {
    await witness.query(`CREATE TABLE deferred (n int, UNIQUE (n) DEFERRABLE INITIALLY DEFERRED);
      GRANT ALL ON deferred TO PUBLIC`)
    const client = await RawClient.login()
    client.send(say.parse('INSERT INTO deferred VALUES (1), (1)'), say.bind(), say.execute(), say.sync)
    const heard = await client.hear()
    expect(typesOf(heard)).toBe('1 2 C E ZI')
    expect(sqlstatesOf(heard)).toEqual(['23505'])
    await expectInStep(client)
  })

  test('several batches before any answer: the verdict meets the one in the middle', async () => {
    const client = await RawClient.login()
    await arm(error)
    const batch = (sql: string) => Buffer.concat([say.parse(sql), say.bind(), say.execute(), say.sync])
    const add = (name: string) => `INSERT INTO marks VALUES ('${name}')`
    client.send(
      batch(add('a')),
      batch(add('b')),
      batch(insert('c')),
      batch(add('d')),
      batch('SELEC'),
      batch(add('e')),
    )
    expect(typesOf(await client.hear(6))).toBe('1 2 C ZI 1 2 C ZI 1 E ZI 1 2 C ZI E ZI 1 2 C ZI')
    expect(await marks()).toEqual(['a', 'b', 'd', 'e'])
  })

  test('answers to what was asked before a delayed statement arrive meanwhile', async () => {
    const client = await RawClient.login()
    await arm({ kind: 'delay', delayMs: 300 })
    const batch = (sql: string) => Buffer.concat([say.parse(sql), say.bind(), say.execute(), say.sync])
    client.send(batch(`SELECT 'early'`), batch(tagged('marks.add', `SELECT 'late'`)), batch(`SELECT 'last'`))
    await client.until(() => typesOf(client.heard()) === '1 2 D C ZI')
    expect(valuesOf(await client.hear(3))).toEqual(['early', 'late', 'last'])
    expect(await fired()).toBe(1)
  })

  test('cut after one of several: what is behind its Sync is neither answered nor waited for', async () => {
    const client = await RawClient.login()
    await arm({ kind: 'cut', when: 'after' })
    const batch = (sql: string) => Buffer.concat([say.parse(sql), say.bind(), say.execute(), say.sync])
    client.send(batch(insert('kept')), batch('SELECT pg_sleep(30)'))
    await client.untilFate()
    expect(client.fate).toBe('ECONNRESET')
    expect(await marks()).toEqual(['kept'])
  })
})

describe('simple query', () => {
  test('several statements in one are one event, and each verdict means all of them', async () => {
    const client = await RawClient.login()
    const both = tagged(
      'marks.add',
      `INSERT INTO marks VALUES ('a'); INSERT INTO marks VALUES ('b'); SELECT 1`,
    )
    await arm(error, { when: { times: 1 } })
    client.send(say.query(both), say.query(both), say.query(''), say.query('SELECT 1; SELEC'))
    expect(typesOf(await client.hear(4))).toBe('E ZI C C T D C ZI I ZI E ZI')
    expect(await fired()).toBe(1)
    await witness.query('TRUNCATE marks')
    await arm({ kind: 'lose-reply' })
    client.send(say.query(both))
    await vi.waitFor(async () => expect(await marks()).toEqual(['a', 'b']), { interval: 5 })
    expect(await fired()).toBe(1)
  })

  test('cut after several in one is counted once, and all of them are kept', async () => {
    const client = await RawClient.login()
    await arm({ kind: 'cut', when: 'after' })
    const all = [1, 2, 3].map((name) => `INSERT INTO marks VALUES ('${name}')`).join(';')
    client.send(say.query(tagged('marks.add', `${all}; SELECT pg_sleep(0.1)`)))
    await client.untilFate()
    expect(client.fate).toBe('ECONNRESET')
    expect(await marks()).toEqual(['1', '2', '3'])
    expect(await fired()).toBe(1)
  })

  test('a function call, and one that fails', async () => {
    const client = await RawClient.login()
    const [row] = await witness.query(`SELECT 'reverse(text)'::regprocedure::int AS oid`)
    client.send(say.call(Number(row?.['oid']), 'loud'), say.call(1, 'x'), say.query('SELECT 1'))
    const heard = await client.hear(3)
    expect(typesOf(heard)).toBe('V ZI E ZI T D C ZI')
    expect(heard[0]?.body.toString('utf8', 4)).toBe('duol')
    await arm(error)
    client.send(say.call(1, 'x'), say.query('SELECT 1'), say.query(insert('x')), say.sync)
    expect(typesOf(await client.hear(4))).toBe('E ZI T D C ZI E ZI ZI')
    expect(await fired()).toBe(1)
  })
})

test('notices, notifications and settings come at any time, also between the messages of an answer', async () => {
  const client = await RawClient.login()
  client.send(say.query('LISTEN bell'))
  await client.hear()
  // While nothing is asked.
  await witness.query('NOTIFY bell')
  await client.until(() => typesOf(client.heard()) === 'A')
  const noisy = tagged('marks.add', `DO $$ BEGIN RAISE NOTICE 'one'; RAISE NOTICE 'two'; END $$`)
  await arm({ kind: 'error', sqlstate: '40001', message: 'no' }, { match: { step: 'none' } })
  client.send(
    say.parse(noisy),
    say.bind(),
    say.execute(),
    say.sync,
    say.query(`SET application_name = 'loud'`),
  )
  expect(typesOf(await client.hear(2))).toBe('A 1 2 N N C ZI C S ZI')
  client.send(say.query('NOTIFY bell'))
  expect(typesOf(await client.hear())).toBe('C A ZI')
  await expectInStep(client)
})

test('what a statement tells beside its answer is lost with that, or stays true where that is reworded', async () => {
  const client = await RawClient.login()
  await arm(error, { match: { step: 'marks.commit' } })
  client.send(say.query(`BEGIN; SET application_name = 'other'`), say.query(tagged('marks.commit', 'COMMIT')))
  // The setting is taken back with the transaction.
  expect(typesOf(await client.hear(2))).toBe('C C S ZT E S ZI')
  await arm({ kind: 'lose-reply' })
  client.send(say.query(tagged('marks.add', `DO $$ BEGIN RAISE NOTICE 'one'; END $$`)), say.query('SELECT 1'))
  await untilFired()
  await silence()
  expect(client.heard()).toEqual([])
})

test('what passes is the same bytes on both sides', async () => {
  const front = await Tap.open(() => ({ host: link.address, port: link.port }))
  const client = await connected(target(front))
  await client.query('SELECT 1; SELECT 2')
  await client.query('SELECT $1::text', ['é'.repeat(100_000)])
  await client.query({ name: 'n', text: tagged('marks.list', 'SELECT generate_series(1, 1000)') })
  await client.query({ name: 'n', text: tagged('marks.list', 'SELECT generate_series(1, 1000)') })
  await client.query('SELEC').catch(() => {})
  await client.end()
  await untilClosed()
  expect(bytesOf(tap.up)).toBe(bytesOf(front.up))
  expect(bytesOf(tap.down)).toBe(bytesOf(front.down))
  expect(bytesOf(tap.down).length).toBeGreaterThan(200_000)
  await front.close()
})

/** Hands on one byte at a time, each of them a segment of its own for the reader to see. */
function trickle(): (to: import('node:net').Socket, chunk: Buffer) => void {
  const waiting = new Map<object, Buffer[]>()
  return (to, chunk) => {
    const queue = waiting.get(to)
    if (queue !== undefined) {
      queue.push(chunk)
      return
    }
    const mine = [chunk]
    waiting.set(to, mine)
    const next = () => {
      const [first] = mine
      if (first === undefined) {
        waiting.delete(to)
        return
      }
      to.write(first.subarray(0, 1), () => setImmediate(next))
      if (first.length > 1) mine[0] = first.subarray(1)
      else mine.shift()
    }
    next()
  }
}

test('a feed of single bytes, both ways, changes nothing', async () => {
  const back = await Tap.open(() => database.target, trickle())
  const slow = await openLink({ upstream: () => back })
  await slow.point('fetch-1').arm({ rules: [{ match: { step: 'marks.add' }, verdict: error }] })
  const front = await Tap.open(() => ({ host: slow.address, port: slow.port }), trickle())
  const client = await connected(target(front))
  const ask = (text: string, values?: unknown[]) => client.query(text, values)
  expect((await ask('SELECT n FROM generate_series(1, 3) n')).rows).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
  expect((await ask('SELECT $1::text AS text', ['x'.repeat(500)])).rows).toEqual([{ text: 'x'.repeat(500) }])
  await expect(ask(insert('a'))).rejects.toMatchObject({ code: '40001' })
  await expect(ask(`${insert('a')}, ($1)`, ['b'])).rejects.toMatchObject({ code: '40001' })
  expect((await ask('SELECT $1::int AS one', [1])).rows).toEqual([{ one: 1 }])
  await slow.close()
  await Promise.all([front.close(), back.close()])
})
