import { expect, test } from 'vitest'
import { dns } from '../../sandbox/02-dns/index.ts'
import { backend } from '../../sandbox/06-backend/index.ts'
import type { Fault } from '../../sandbox/language/fault.ts'
import type { Seen } from '../../sandbox/language/scenario.ts'
import { runScenario } from '../../sandbox/run/run-scenario.ts'
import { patient, unhealthy } from '../../sandbox/run/steady.ts'
import { World } from '../../sandbox/world/world.ts'
import { ownFault } from '../fixtures/own-fault.ts'
import { postmasterOf } from '../support/command.ts'

// What a healthy call gets, before and after the fault. Of any but the default one only the run tells what that is.

const refused = {
  kind: 'response',
  tookMs: 1,
  errors: [],
  status: 404,
  bodyText: '{"error":"user_not_found"}',
} as const

test('a healthy call has no limit but that of the whole, which is long; an open connection keeps what it was made with', () => {
  const limits = { connectTimeoutMs: 5, headersTimeoutMs: 5, bodyTimeoutMs: 5 }
  expect(patient({ path: '/products', timeoutMs: 500, ...limits })).toEqual({
    path: '/products',
    timeoutMs: 10_000,
  })
  const warm = { connection: 'warm', timeoutMs: 500, ...limits } as const
  expect(patient(warm)).toEqual(warm)
})

test('a refusal is the healthy answer of a call that is refused; of the default call it is none', () => {
  const call = { path: '/users/999' }
  expect(unhealthy(call, refused)).toBeUndefined()
  expect(unhealthy(call, refused, refused)).toBeUndefined()
  expect(unhealthy(call, { ...refused, status: 200 }, refused)).toBe(
    'GET /users/999 gave status 200, before the fault 404',
  )
  expect(unhealthy({}, refused)).toBe('GET /users gave status 404 {"error":"user_not_found"}, expected 200')
})

test('an API that is not well is told with what it said', () => {
  const failed = { ...refused, status: 503, bodyText: 'x'.repeat(5_000) }
  expect(unhealthy({ path: '/users/1' }, failed)).toMatch(
    /^GET \/users\/1 gave status 503 x{200}, expected an answer below 500$/,
  )
  expect(unhealthy({ path: '/users/999' }, failed, refused)).toMatch(/, expected 404$/)
  const hangs = { kind: 'hangs', tookMs: 10_000, errors: [] } as const
  expect(unhealthy({ path: '/users/1' }, hangs)).toMatch(/ gave hangs .*, expected an answer below 500$/)
})

test('a call that is refused when healthy is broken, told, and healed as any other', async () => {
  const world = await World.open({ kind: 'portable', database: {}, onProgress: () => {} })
  const run = async (fault: Fault, fetch: Seen) => {
    const scenario = { title: '', break: fault, call: { path: '/users/999' }, expect: { fetch } }
    const { clients, healed, outcome, problems, steady } = await runScenario(world, {
      id: 'x',
      file: 'x.ts',
      scenario,
    })
    const statuses = [...steady, ...healed].map(({ symptom }) => symptom.status)
    return { outcome, problems, statuses, broke: clients[0]?.diagnosis?.broke }
  }
  try {
    const kept = { outcome: 'pass', problems: [], statuses: [404, 404] }
    expect(await run(dns.nxdomain(), { code: 'ENOTFOUND' })).toEqual({ ...kept, broke: 'dns' })
    const alter = { kind: 'alter', status: 200 } as const
    const wrongStatus = ownFault({ point: 'gateway', rules: [{ match: {}, verdict: alter }] })
    expect(await run({ ...wrongStatus, step: 'response' }, { status: 200 })).toEqual({
      ...kept,
      broke: 'response',
    })
  } finally {
    await world.close()
  }
})

test('a part that died is told alone: no fault is said to be left behind', async () => {
  const world = await World.open({ kind: 'portable', database: {}, onProgress: () => {} })
  const scenario = { title: '', break: backend.throws(), expect: { fetch: { status: 500 } } }
  try {
    const { outcome, problems } = await runScenario(
      world,
      { id: 'x', file: 'x.ts', scenario },
      { onOpening: () => process.kill(postmasterOf(world.run), 'SIGKILL') },
    )
    expect({ outcome, problems }).toEqual({
      outcome: 'unhealthy',
      problems: [expect.stringMatching(/^Postgres: died during the run/)],
    })
  } finally {
    await world.close()
  }
})
