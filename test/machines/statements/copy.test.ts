import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import type { StatementVerdict } from '../../../sandbox/machines/statements/statement-points.ts'
import {
  arm,
  expectInStep,
  fired,
  insert,
  program,
  RawClient,
  say,
  sqlstatesOf,
  tagged,
  typesOf,
  untilFired,
  untilNoSession,
  witness,
} from './statement-bench.ts'

// COPY in both directions and both protocols, and two clients that are not ours: psql and psycopg2.

const error: StatementVerdict = { kind: 'error', sqlstate: '40001', message: 'could not serialize access' }
const copyIn = tagged('marks.add', 'COPY lines FROM STDIN')
const copyOut = tagged('marks.add', `COPY (SELECT generate_series(1, 5)) TO STDOUT`)

async function lines(): Promise<unknown[]> {
  return (await witness.query('SELECT line FROM lines ORDER BY line')).map(({ line }) => line)
}

const begins = [
  { way: 'simple', begin: (sql: string) => say.query(sql), end: Buffer.alloc(0), opened: 'G' },
  {
    way: 'extended',
    // As libpq does it: a Sync at once, which Postgres passes over while it takes data, and one more behind the data.
    begin: (sql: string) =>
      Buffer.concat([say.parse(sql), say.bind(), say.describe('P'), say.execute(), say.sync]),
    end: say.sync,
    opened: '1 2 n G',
  },
]

describe.each(begins)('$way query', ({ begin, end, opened }) => {
  test('COPY FROM STDIN', async () => {
    const client = await RawClient.login()
    client.send(begin(copyIn))
    await client.until(() => typesOf(client.heard()) === opened)
    client.send(say.data('one\n'), say.data('two\n'), say.done, end)
    expect(typesOf(await client.hear())).toBe(`${opened} C ZI`)
    expect(await lines()).toEqual(['one', 'two'])
    await expectInStep(client)
  })

  test('COPY FROM STDIN, with its data sent before Postgres takes any', async () => {
    const client = await RawClient.login()
    client.send(begin(copyIn), say.data('one\n'), say.done, end)
    expect(typesOf(await client.hear())).toBe(`${opened} C ZI`)
    expect(await lines()).toEqual(['one'])
    await expectInStep(client)
  })

  test('COPY FROM STDIN of a table that is not there, with its data behind it', async () => {
    const client = await RawClient.login()
    client.send(begin('COPY absent FROM STDIN'), say.data('one\n'), say.done)
    expect(sqlstatesOf(await client.hear())).toEqual(['42P01'])
    await expectInStep(client)
  })

  test('COPY FROM STDIN that the client gives up, and one that Postgres refuses', async () => {
    const client = await RawClient.login()
    client.send(begin(copyIn))
    await client.until(() => typesOf(client.heard()) === opened)
    client.send(say.fail('changed my mind'), end)
    expect(sqlstatesOf(await client.hear())).toEqual(['57014'])
    client.send(begin(copyIn))
    await client.until(() => typesOf(client.heard()) === opened)
    client.send(say.data('too\tmany\tcolumns\n'), say.done, end)
    expect(sqlstatesOf(await client.hear())).toEqual(['22P04'])
    expect(await lines()).toEqual([])
    await expectInStep(client)
  })

  test('COPY TO STDOUT', async () => {
    const client = await RawClient.login()
    client.send(begin(copyOut))
    expect(typesOf(await client.hear()).replace(/^1 2 n /, '')).toBe('H d d d d d c C ZI')
    await expectInStep(client)
  })

  test('halve: the first half of the lines that are copied out', async () => {
    const client = await RawClient.login()
    await arm({ kind: 'halve' })
    client.send(begin(copyOut))
    await client.untilFate()
    expect(client.fate).toBe('end')
    expect(client.heard().filter(({ type }) => type === 'd')).toHaveLength(2)
    client.socket.end()
    await untilNoSession()
  })

  test.each<[StatementVerdict, string | undefined]>([
    [{ kind: 'lose-reply' }, undefined],
    [{ kind: 'cut', when: 'after' }, 'ECONNRESET'],
  ])('%j: Postgres takes the data all the same', async (verdict, fate) => {
    const client = await RawClient.login()
    await arm(verdict)
    client.send(begin(copyIn))
    await client.until(() => typesOf(client.heard()) === opened)
    expect(await fired()).toBe(0)
    client.send(say.data('kept\n'), say.done, end)
    await untilFired()
    if (fate !== undefined) await client.untilFate()
    else await expect.poll(lines).toEqual(['kept'])
    expect(client.fate).toBe(fate)
    expect(typesOf(client.heard())).toBe(opened)
    expect(await lines()).toEqual(['kept'])
  })

  test('error: no data is asked for', async () => {
    const client = await RawClient.login()
    await arm(error, { when: { times: 1 } })
    client.send(begin(copyIn))
    const heard = await client.hear()
    expect(sqlstatesOf(heard)).toEqual(['40001'])
    client.send(begin(copyIn), say.data('second\n'), say.done, end)
    await client.hear()
    expect(await lines()).toEqual(['second'])
  })
})

test('two COPY FROM STDIN in one query', async () => {
  const client = await RawClient.login()
  client.send(say.query('COPY lines FROM STDIN; COPY lines FROM STDIN'))
  await client.until(() => typesOf(client.heard()) === 'G')
  client.send(say.data('one\n'), say.done)
  await client.until(() => typesOf(client.heard()) === 'G C G')
  client.send(say.data('two\n'), say.done)
  expect(typesOf(await client.hear())).toBe('G C G C ZI')
  expect(await lines()).toEqual(['one', 'two'])
  await expectInStep(client)
})

const hasPsql = spawnSync('psql', ['--version']).status === 0

describe.skipIf(!hasPsql)('psql (needs psql: apt-get install postgresql-client)', () => {
  const psql = (sql: string, input = '') =>
    program('psql', ['-XAtq', '-v', 'VERBOSITY=verbose', '-c', sql], input)

  test('passes, also in what it asks about encryption', async () => {
    expect(await psql(copyIn, 'one\ntwo\n\\.\n')).toMatchObject({ code: 0, stderr: '' })
    expect(await lines()).toEqual(['one', 'two'])
    expect((await psql(copyOut)).stdout).toBe('1\n2\n3\n4\n5\n')
  })

  test('sees the error in its own words, and the COPY is not carried out', async () => {
    await arm(error)
    const { code, stderr } = await psql(copyIn, 'one\n\\.\n')
    expect([code, stderr.trim()]).toEqual([1, 'ERROR:  40001: could not serialize access'])
    expect(await lines()).toEqual([])
  })

  test('sees a lost server where the session is cut after the COPY, which is kept', async () => {
    await arm({ kind: 'cut', when: 'after' })
    const { code, stderr } = await psql(copyIn, 'one\n\\.\n')
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/Connection reset by peer|server closed the connection/)
    expect(await lines()).toEqual(['one'])
  })

  test('sees half of what is copied out', async () => {
    await arm({ kind: 'halve' })
    const { code, stderr, stdout } = await psql(copyOut)
    expect(stdout).toBe('1\n2\n')
    expect(code).not.toBe(0)
    expect(stderr).toContain('server closed the connection')
  })
})

/** The system's own first: it is the one that `apt-get install` reaches. */
const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import psycopg2']).status === 0,
)

describe.skipIf(python === undefined)('psycopg2 (needs it: apt-get install python3-psycopg2)', () => {
  const script = (body: string) =>
    program(python!, ['-c', `import psycopg2, io\nc = psycopg2.connect('')\nu = c.cursor()\n${body}`])

  test('sees an error inside its transaction, then 25P02 until it rolls back', async () => {
    await arm(error)
    const { stderr, stdout } = await script(`
def code(sql):
    try:
        u.execute(sql)
        return 'ok'
    except psycopg2.Error as e:
        return type(e).__name__ + ' ' + e.pgcode
print(code("INSERT INTO marks VALUES ('before')"), c.info.transaction_status)
print(code("""${insert('broken')}"""), c.info.transaction_status)
print(code('SELECT 1'), c.info.transaction_status)
c.rollback()
print(code('SELECT 1'), c.info.transaction_status)
`)
    expect(stderr).toBe('')
    // libpq: 0 idle, 2 in a transaction, 3 in a failed one.
    expect(stdout.trim().split('\n')).toEqual([
      'ok 2',
      'SerializationFailure 40001 3',
      'InFailedSqlTransaction 25P02 3',
      'ok 2',
    ])
    expect(await witness.query('SELECT FROM marks')).toEqual([])
  })

  test('sees an error at COMMIT, an idle session, and nothing committed', async () => {
    await arm(error, { match: { step: 'marks.commit' } })
    const { stderr, stdout } = await script(`
c.autocommit = True
u.execute('BEGIN')
u.execute("INSERT INTO marks VALUES ('gone')")
try:
    u.execute("""${tagged('marks.commit', 'COMMIT')}""")
except psycopg2.Error as e:
    print(e.pgcode, c.info.transaction_status)
u.execute("INSERT INTO marks VALUES ('after')")
`)
    expect([stdout.trim(), stderr]).toEqual(['40001 0', ''])
    expect(await witness.query('SELECT name FROM marks')).toEqual([{ name: 'after' }])
  })

  test('copies in and out, and loses the reply of what is committed', async () => {
    await arm({ kind: 'cut', when: 'after' }, { match: { step: 'marks.commit' } })
    const { stderr, stdout } = await script(`
c.autocommit = True
u.execute('BEGIN')
u.copy_expert('COPY lines FROM STDIN', io.StringIO('one\\ntwo\\n'))
out = io.StringIO()
u.copy_expert("""${copyOut}""", out)
print(out.getvalue().split())
try:
    u.execute("""${tagged('marks.commit', 'COMMIT')}""")
except psycopg2.OperationalError as e:
    print('lost', e.pgcode, c.closed)
`)
    expect(stderr).toBe('')
    expect(stdout.trim().split('\n')).toEqual([`['1', '2', '3', '4', '5']`, 'lost None 2'])
    expect(await lines()).toEqual(['one', 'two'])
  })
})
