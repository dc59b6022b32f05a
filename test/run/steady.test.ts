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
