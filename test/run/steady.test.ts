import { expect, test } from 'vitest'
import { unhealthy } from '../../sandbox/run/steady.ts'

// What a scenario file alone does not tell (an id that no row has) is told by the API, in its own words.

test('a healthy call that the API refuses is told with what the API said', () => {
  const refused = {
    kind: 'response',
    tookMs: 1,
    errors: [],
    status: 404,
    bodyText: '{"error":"user_not_found"}',
  } as const
  expect(unhealthy({ path: '/users/999' }, refused)).toBe(
    'GET /users/999 gave status 404 {"error":"user_not_found"}, expected 200',
  )
  const long = unhealthy({ path: '/users/999' }, { ...refused, bodyText: 'x'.repeat(5_000) })
  expect(long).toMatch(/^GET \/users\/999 gave status 404 x{200}, expected 200$/)
  expect(unhealthy({ path: '/users/1' }, { ...refused, status: 200, bodyText: '{}' })).toBeUndefined()
})

test('after healing a client gets what it got before the fault; only what it reads can be the same', () => {
  const got = { kind: 'response', tookMs: 1, errors: [], status: 200, bodyText: '{"id":1}' } as const
  const [reading, ordering] = [{ path: '/users/1' }, { path: '/orders', method: 'POST' }] as const
  expect(unhealthy(reading, got, got)).toBeUndefined()
  expect(unhealthy(reading, { ...got, bodyText: '{"id":2}' }, got)).toBe(
    'GET /users/1 gave another body than before the fault: {"id":2}',
  )
  expect(unhealthy(reading, { ...got, status: 203 }, got)).toBe(
    'GET /users/1 gave status 203, before the fault 200',
  )
  expect(unhealthy(ordering, { ...got, bodyText: '{"id":2}' }, got)).toBeUndefined()
})
