import { expect, test } from 'vitest'
import { statementOf } from '../../../sandbox/machines/statements/statement.ts'
import {
  arm,
  armAt,
  connected,
  evidence,
  fired,
  heal,
  insert,
  marks,
  RawClient,
  say,
  tagged,
  typesOf,
} from './statement-bench.ts'

// A rule meets the statements of one step of one front door's requests, each time it is due, and no other.

const error = { kind: 'error', sqlstate: '40001', message: 'no' } as const

test('a statement of another door never meets', async () => {
  const client = await connected()
  await arm(error)
  await armAt('curl-2', { match: {}, verdict: { ...error, sqlstate: '23505' } })
  const ask = (request: string) =>
    client.query(tagged('marks.add', 'SELECT 1', request)).then(
      () => 'passed',
      ({ code }) => code,
    )
  const requests = ['fetch-1.7', 'curl-2.7', 'fetch-11.7', 'fetch.1.7', 'fetch-1', 'none.0']
  const codes = []
  for (const request of requests) codes.push(await ask(request))
  expect(codes).toEqual(['40001', '23505', 'passed', 'passed', 'passed', 'passed'])
  expect([await fired('fetch-1'), await fired('curl-2'), await fired('fetch-11')]).toEqual([1, 1, 0])
  await heal('curl-2')
  expect([await ask('fetch-1.8'), await ask('curl-2.8')]).toEqual(['40001', 'passed'])
})

test('a statement without a tag never meets, nor one that only quotes a tag', async () => {
  const client = await connected()
  await armAt('fetch-1', { match: {}, verdict: error })
  await armAt('', { match: {}, verdict: error })
  const quoted = `SELECT '/* step=marks.add req=fetch-1.1 */'`
  for (const text of ['SELECT 1', '/* step=a */ SELECT 1', '', quoted, `-- ${quoted}\nSELECT 1`]) {
    await client.query(text)
    await client.query({ text, queryMode: 'extended' } as never)
  }
  expect(await fired()).toBe(0)
})

test.each([
  { when: { times: 2 }, seen: [1, 1, 0, 0, 0, 0] },
  { when: { every: 3 }, seen: [0, 0, 1, 0, 0, 1] },
  { when: { every: 2, times: 4 }, seen: [0, 1, 0, 1, 0, 0] },
  { when: { afterMs: 60_000 }, seen: [0, 0, 0, 0, 0, 0] },
])('$when acts on $seen', async ({ seen, when }) => {
  const client = await connected()
  await arm(error, { when })
  // Counted as often as it is run: simple, unnamed and named in turn.
  const add = (name: number) => [
    tagged('marks.add', `INSERT INTO marks VALUES ('${name}')`),
    { text: tagged('marks.add', 'INSERT INTO marks VALUES ($1)'), values: [name] },
    { name: 'add', text: tagged('marks.add', 'INSERT INTO marks VALUES ($1)'), values: [name] },
  ]
  const met: number[] = []
  for (let name = 0; name < seen.length; name += 1) {
    // Between them statements of other steps, which do not count.
    await client.query(tagged('marks.list', 'SELECT 1'))
    await client.query(add(name)[name % 3] as string).then(
      () => met.push(0),
      () => met.push(1),
    )
  }
  expect(met).toEqual(seen)
  expect(await marks()).toEqual(seen.flatMap((isMet, name) => (isMet === 1 ? [] : [String(name)])))
  expect(await fired()).toBe(seen.filter((isMet) => isMet === 1).length)
})

test('a named statement is known by its Parse, until it is closed', async () => {
  const client = await RawClient.login()
  await arm(error)
  client.send(say.parse('SELECT 1', 's'), say.parse(insert('x'), 'other'), say.sync)
  client.send(say.bind('s'), say.execute(), say.sync)
  expect(typesOf(await client.hear(2))).toBe('1 1 ZI 2 D C ZI')
  client.send(say.close('S', 's'), say.parse(insert('x'), 's'), say.sync)
  client.send(say.bind('s'), say.execute(), say.sync)
  expect(typesOf(await client.hear(2))).toBe('3 1 ZI E ZI')
  client.send(say.close('S', 's'), say.parse('SELECT 1', 's'), say.bind('s'), say.execute(), say.sync)
  expect(typesOf(await client.hear())).toBe('3 1 2 D C ZI')
  expect(await fired()).toBe(1)
  client.send(say.bind('other'), say.execute(), say.sync)
  expect(typesOf(await client.hear())).toBe('E ZI')
  expect(await fired()).toBe(2)
})

test('a verdict is of the portal that was bound with it, and of no later one of that name', async () => {
  const client = await RawClient.login()
  await arm({ kind: 'lose-reply' })
  // Its Bind fails, as the parameter is missing: the verdict has nothing to act on.
  client.send(say.parse(tagged('marks.add', 'SELECT $1::int')), say.bind(), say.sync)
  expect(typesOf(await client.hear())).toBe('1 E ZI')
  client.send(say.parse('SELECT 1'), say.bind(), say.execute(), say.sync)
  expect(typesOf(await client.hear())).toBe('1 2 D C ZI')
  expect(await fired()).toBe(0)
  // Two portals at once, the second of them met.
  client.send(say.query('BEGIN'), say.parse('SELECT 1', 'a'), say.parse(tagged('marks.add', 'SELECT 2'), 'b'))
  client.send(
    say.bind('a', 'one'),
    say.bind('b', 'two'),
    say.execute(0, 'one'),
    say.execute(0, 'two'),
    say.sync,
  )
  await client.until(() => typesOf(client.heard()) === 'C ZT 1 1 2 2 D C')
  await evidence()
  expect(client.fate).toBeUndefined()
})

test('arming anew counts anew', async () => {
  const client = await connected()
  await arm(error, { when: { times: 1 } })
  const ask = () => client.query(insert('x')).then(String, ({ code }) => code)
  expect(await ask()).toBe('40001')
  expect(await fired()).toBe(1)
  await arm(error, { when: { times: 1 } })
  expect(await fired()).toBe(0)
  expect(await ask()).toBe('40001')
  expect(await fired()).toBe(1)
})

test('reads tag and COMMIT of any text in no time', () => {
  const long = `/* step=a.b req=https-3.12 */ ${'/**/'.repeat(20_000)} COMMIT`
  const startedMs = performance.now()
  expect(statementOf(long)).toEqual({ step: 'a.b', door: 'https-3', isCommit: true })
  expect(statementOf(`${'/**/'.repeat(20_000)}x`)).toEqual({ step: '', door: '', isCommit: false })
  expect(performance.now() - startedMs).toBeLessThan(1_000)
  const commits = ['COMMIT', ' end ;', '/* x\n */commit', 'COMMIT AND CHAIN', '-- x\nCOMMIT']
  expect(commits.filter((text) => !statementOf(text).isCommit)).toEqual([])
  const others = [
    'COMMITTED',
    'SELECT 1; COMMIT',
    '-- COMMIT',
    '/* COMMIT */ BEGIN',
    'ROLLBACK',
    'endpoint',
    '',
  ]
  expect(others.filter((text) => statementOf(text).isCommit)).toEqual([])
})
