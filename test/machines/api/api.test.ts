import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type AddressLease, leaseAddress } from '../../../sandbox/host/ground/address.ts'
import { LoopbackGround } from '../../../sandbox/host/ground/loopback-ground.ts'
import { identify, lives } from '../../../sandbox/host/lifetime/process-identity.ts'
import { RunDirectory } from '../../../sandbox/host/lifetime/run-directory.ts'
import { Watchdog } from '../../../sandbox/host/lifetime/watchdog.ts'
import { Api, type ApiExit } from '../../../sandbox/machines/api/api.ts'
import type { ApiVerdict } from '../../../sandbox/machines/api/process/api-points.ts'
import { issueToken } from '../../../sandbox/machines/api/process/tokens.ts'
import { routesAt, shopRoutes } from '../../../sandbox/machines/api/shop/shop-routes.ts'
import type { Database } from '../../../sandbox/machines/database/database.ts'
import { openDatabase } from '../../../sandbox/machines/database/open-database.ts'
import { seededUsers } from '../../../sandbox/machines/database/shop.ts'
import type { Armed } from '../../../sandbox/machines/shared/breakable.ts'
import type { Observation, TraceEvent } from '../../../sandbox/machines/shared/trace.ts'
import { StatementLink } from '../../../sandbox/machines/statements/statement-link.ts'

let lease: AddressLease
let armed: Armed
let run: RunDirectory
let watchdog: Watchdog
let database: Database
/** A session of its own in the shop: it changes what the API meets, and is the witness of what it did. */
let admin: Client
/** Another one, which holds locks: Postgres shows a transaction the sessions as they were when it first asked. */
let locker: Client
let api: Api | undefined
let trace: TraceEvent[] = []
let processSeen: Observation[] = []
let exits: (ApiExit & { readonly isWanted: boolean })[] = []
const ended = new Set<number>()

beforeAll(async () => {
  lease = await leaseAddress()
  run = RunDirectory.create()
  watchdog = Watchdog.start(run)
  database = await openDatabase({ address: lease.address, run, watchdog })
  admin = new Client({ ...database.admin })
  locker = new Client({ ...database.admin })
  await Promise.all([admin.connect(), locker.connect()])
})

afterAll(async () => {
  await api?.stop()
  await Promise.all([admin.end(), locker.end()])
  await database.stop()
  await watchdog.close()
  await lease.release()
})

beforeEach(async () => {
  // What the last call of the test before was seen to do is no part of this one.
  await api?.flush()
  trace = []
  exits = []
  processSeen = []
  await database.reset()
  if (api === undefined || ended.has(api.pid)) api = await startApi(api?.port)
})

afterEach(() => locker.query('ROLLBACK'))
afterEach(() => void vi.unstubAllEnvs())

async function startApi(port = 0, target = database.target): Promise<Api> {
  const started = await Api.start({
    address: lease.address,
    port,
    onTrace: (event) => trace.push(event),
    observe: (observation) => processSeen.push(observation),
    onExit: (exit, isWanted) => {
      exits.push({ ...exit, isWanted })
      ended.add(exit.pid)
    },
    onSpawn: (pid) => watchdog.adopt(pid),
  })
  started.useDatabase(target)
  return started
}

interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers: Headers
}

/** One request to the API, as the gateway of `door` would send it. */
async function call(
  path: string,
  init: RequestInit & { door?: string; json?: unknown } = {},
): Promise<Answer> {
  const { door = 'test', json, ...rest } = init
  const headers = new Headers(rest.headers)
  headers.set('x-request-id', `${door}.1`)
  if (json !== undefined) headers.set('content-type', 'application/json')
  const body = json === undefined ? rest.body : JSON.stringify(json)
  const url = `http://${lease.address}:${api?.port}${path}`
  const response = await fetch(url, { ...rest, headers, ...(body !== undefined && { body }) })
  return { status: response.status, body: await response.json(), headers: response.headers }
}

function order(json: unknown, token = issueToken(1, Date.now() + 60_000), door = 'test'): Promise<Answer> {
  return call('/orders', { door, method: 'POST', headers: { authorization: `Bearer ${token}` }, json })
}

const refused = (status: number, error: string) => expect.objectContaining({ status, body: { error } })

test('serves what the table of its routes says, and nothing else', async () => {
  const token = `Bearer ${issueToken(1, Date.now() + 60_000)}`
  const bodies: Record<string, unknown> = {
    '/login': { email: 'ada@example.test', password: 'shop' },
    '/orders': { productId: 2, quantity: 1 },
  }
  for (const { method, path, takesBody, wantsToken } of shopRoutes) {
    const at = path.replace(':id', '1')
    const send = (with_: { token?: boolean; body?: boolean }) =>
      call(at, {
        method,
        ...(with_.token && { headers: { authorization: token } }),
        ...(with_.body && { json: bodies[path] }),
      })
    expect((await send({ token: wantsToken, body: takesBody })).status, `${method} ${at}`).toBeLessThan(300)
    if (wantsToken) expect((await send({ body: takesBody })).status, `${at} without a token`).toBe(401)
    if (takesBody) expect([415, 422]).toContain((await send({ token: wantsToken })).status)
    const other = method === 'GET' ? 'POST' : 'GET'
    expect((await call(at, { method: other })).status, `${other} ${at}`).toBe(405)
  }
})

test.each([
  ['/users', ['GET /users']],
  ['/users?x=1', ['GET /users']],
  ['/Users/', ['GET /users']],
  ['/users/1', ['GET /users/:id']],
  ['/users/%31?x=/a', ['GET /users/:id']],
  ['/users/1/orders', []],
  ['//users', []],
  ['/nope', []],
])('the table finds the routes of %s as Express does', async (path, names) => {
  expect(routesAt(path).map((route) => `${route.method} ${route.path}`)).toEqual(names)
  const { status } = await call(path)
  expect(status).toBe(names.length === 0 ? 404 : 200)
})

test('serves the seeded users, and tells what it saw in the order it saw it', async () => {
  expect(await call('/users', { door: 'curl-1' })).toMatchObject({
    status: 200,
    body: { users: seededUsers },
  })
  await api?.flush()
  const order = ['request', 'routed', 'query', 'result', 'decided', 'response']
  expect(trace.map(({ what }) => what)).toEqual(order)
  const [, routed, query, result, decided, response] = trace
  expect(routed).toMatchObject({ path: '/users' })
  expect(query).toMatchObject({ machine: 'api', door: 'curl-1', request: 'curl-1.1' })
  expect(result).toMatchObject({ rows: 3 })
  expect(decided).toMatchObject({ status: 200, digest: expect.stringMatching(/^[0-9a-f]{16}$/) })
  expect(response).toMatchObject({ status: 200 })

  const app = database.target.user
  const { rows } = await admin.query('SELECT query FROM pg_stat_activity WHERE usename = $1', [app])
  const comment = '/* step=users.list req=curl-1.1 */ SELECT'
  expect(rows).toContainEqual({ query: expect.stringContaining(comment) })
})

test('tells the same rows alike from its first request on', async () => {
  await api?.stop()
  // What it learns at its start comes late.
  await locker.query('BEGIN; LOCK TABLE pg_attrdef IN ACCESS EXCLUSIVE MODE')
  api = await startApi()
  const first = call('/users')
  await vi.waitFor(async () => {
    const waiting = `SELECT FROM pg_stat_activity WHERE usename = $1 AND wait_event_type = 'Lock'`
    expect((await admin.query(waiting, [database.target.user])).rowCount).toBe(1)
  })
  await locker.query('ROLLBACK')
  expect(await first).toMatchObject({ status: 200 })
  expect(await call('/users')).toMatchObject({ status: 200 })
  await api.flush()
  const [one, other] = trace.flatMap((event) =>
    'digest' in event && event.what === 'result' ? [event.digest] : [],
  )
  expect(one).toMatch(/^[0-9a-f]{16}$/)
  expect(other).toBe(one)
})

test('sells what is in stock, once, to a user who is logged in', async () => {
  const credentials = { email: 'grace@example.test', password: 'shop' }
  const login = await call('/login', { method: 'POST', json: credentials })
  const { token } = login.body as { token: string }
  const wrong = { ...credentials, password: 'guess' }
  expect(await call('/login', { method: 'POST', json: wrong })).toEqual(refused(401, 'unauthenticated'))

  // Product 3 has one piece. Without the row lock both would read "1 in stock".
  const lastPiece = { productId: 3, quantity: 1 }
  const both = await Promise.all([order(lastPiece, token), order(lastPiece, token)])
  expect(both.map(({ status }) => status).sort()).toEqual([201, 409])
  const { rows } = await admin.query('SELECT user_id, product_id, quantity FROM orders')
  expect(rows).toEqual([{ user_id: 2, product_id: 3, quantity: 1 }])
  const stock = await admin.query('SELECT stock FROM products WHERE id = 3')
  expect(stock.rows).toEqual([{ stock: 0 }])

  for (const bad of ['nonsense', issueToken(1, Date.now() - 1), `${token.slice(0, -1)}x`]) {
    expect(await order(lastPiece, bad)).toEqual(refused(401, 'unauthenticated'))
  }
  expect(await order({ productId: 1, quantity: 0.5 })).toMatchObject({
    status: 422,
    body: { error: 'validation_failed', fields: { quantity: 'must be a whole number from 1' } },
  })
})

test('answers mistakes of the client with a status and a code, and nothing else', async () => {
  const post = (body: string, type = 'application/json') =>
    call('/login', { method: 'POST', body, headers: { 'content-type': type } })
  expect(await post('{"email":')).toEqual(refused(400, 'malformed_json'))
  expect(await post(`"${'x'.repeat(200_000)}"`)).toEqual(refused(413, 'payload_too_large'))
  expect(await post('email=ada', 'text/plain')).toEqual(refused(415, 'unsupported_media_type'))
  expect(await call('/nowhere')).toEqual(refused(404, 'not_found'))
  expect(await call('/users/99')).toEqual(refused(404, 'user_not_found'))
  expect(await call('/users/99999999999')).toEqual(refused(404, 'user_not_found'))
  expect(await call('/users/%ff')).toEqual(refused(400, 'bad_request'))
  const deleted = await call('/users', { method: 'DELETE' })
  expect(deleted).toEqual(refused(405, 'method_not_allowed'))
  expect(deleted.headers.get('allow')).toBe('GET, HEAD')
})

test("lets pages of the app's own origin read its answers, and no others", async () => {
  const from = (origin: string, init: RequestInit = {}) =>
    fetch(`http://${lease.address}:${api?.port}/users`, {
      ...init,
      headers: { origin, ...(init.method === 'OPTIONS' && { 'access-control-request-method': 'POST' }) },
    })
  const allowed = (response: Response) => ({
    status: response.status,
    origin: response.headers.get('access-control-allow-origin'),
    methods: response.headers.get('access-control-allow-methods'),
    vary: response.headers.get('vary'),
  })
  const app = 'https://app.example.test'
  const vary = 'Origin'
  expect(allowed(await from(app))).toEqual({ status: 200, origin: app, methods: null, vary })
  const preflight = { status: 204, vary }
  expect(allowed(await from(app, { method: 'OPTIONS' }))).toEqual({
    ...preflight,
    origin: app,
    methods: 'GET, HEAD, POST',
  })
  for (const other of ['https://www.example.test', 'http://app.example.test', `${app}.evil.test`, 'null']) {
    expect(allowed(await from(other))).toEqual({ status: 200, origin: null, methods: null, vary })
    const refusal = { ...preflight, origin: null, methods: null }
    expect(allowed(await from(other, { method: 'OPTIONS' }))).toEqual(refusal)
  }
  // Without the preflight's own header it is a method like any other.
  expect(await call('/users', { method: 'OPTIONS' })).toEqual(refused(405, 'method_not_allowed'))
})

test('what pages may read is decided by the API: whom it allows stands in what it tells of its decision', async () => {
  const decisionFor = async (origin: string, method: string) => {
    trace = []
    await fetch(`http://${lease.address}:${api?.port}/users`, {
      method,
      headers: { origin, 'x-request-id': 'test.1', 'access-control-request-method': 'POST' },
    })
    await api?.flush()
    return trace.find(({ what }) => what === 'decided')
  }
  const app = 'https://app.example.test'
  for (const method of ['GET', 'OPTIONS']) {
    const decided = await decisionFor(app, method)
    expect(decided).toMatchObject({ request: 'test.1', status: method === 'GET' ? 200 : 204 })
    expect(await decisionFor(app, method)).toMatchObject({ ...decided, atMs: expect.any(Number) })
    const { headers } = (await decisionFor('https://www.example.test', method)) as { headers?: string }
    expect(headers).not.toBe(decided && 'headers' in decided && decided.headers)
  }
})

test('tells a client which way the database failed, and no more', async () => {
  await admin.query('ALTER TABLE users RENAME TO people')
  expect(await call('/users')).toEqual(refused(500, 'internal_error'))
  await admin.query('ALTER TABLE people RENAME TO users')

  await locker.query('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE')
  const startedMs = performance.now()
  expect(await call('/users')).toEqual(refused(504, 'database_timeout'))
  const tookMs = performance.now() - startedMs
  await locker.query('ROLLBACK')
  expect(tookMs).toBeGreaterThan(900)
  expect(tookMs).toBeLessThan(2_500)

  const app = database.target.user
  await admin.query(`ALTER ROLE ${app} NOLOGIN`)
  await terminateSessions()
  expect(await call('/users')).toEqual(refused(503, 'database_unavailable'))
  expect(await call('/healthz')).toMatchObject({ status: 200, body: { ok: true } })
  await admin.query(`ALTER ROLE ${app} LOGIN`)
  expect(await call('/users')).toMatchObject({ status: 200 })

  await api?.flush()
  const said = trace
    .filter((event) => event.what === 'result')
    .map((event) => 'sqlstate' in event && event.sqlstate)
  expect(said).toEqual(['42P01', '57014', '28000', false])
})

/** Ends the API's sessions in Postgres. */
async function terminateSessions(): Promise<void> {
  await admin.query('SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = $1', [
    database.target.user,
  ])
}

test('gives a 503 to a request that waits a second for a connection, and works again afterwards', async () => {
  await locker.query('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE')
  // Five run into the statement timeout, five that wait get their connections; there is no third round.
  const answers = await Promise.all(Array.from({ length: 12 }, () => call('/users')))
  await locker.query('ROLLBACK')
  const unavailable = answers.filter(({ status }) => status === 503)
  expect(unavailable.length).toBeGreaterThanOrEqual(2)
  expect(unavailable[0]?.body).toEqual({ error: 'database_unavailable' })
  expect(answers.filter(({ status }) => status === 504).length).toBe(12 - unavailable.length)
  expect(await call('/users')).toMatchObject({ status: 200 })
})

/**
 * pg reports a session that dies while no query waits for an answer as an 'error' event, which ends the
 * process when it has no listener: one way for a connection in the pool, another for one that is checked out.
 */
test('survives the death of its sessions: an idle one, and one between two statements', async () => {
  expect(await call('/users')).toMatchObject({ status: 200 })
  await terminateSessions()
  expect(await call('/users')).toMatchObject({ status: 200 })

  // The first statement's answer and the session's end reach the API together, because it is stopped.
  await locker.query('BEGIN; SELECT FROM products WHERE id = 1 FOR UPDATE')
  const ordered = order({ productId: 1, quantity: 1 })
  await sessionIs('active')
  const point = api!.point('test')
  armed = await point.arm({ state: { kind: 'stopped' } })
  await locker.query('ROLLBACK')
  await sessionIs('idle in transaction')
  await terminateSessions()
  await armed.heal()
  expect(await ordered).toEqual(refused(503, 'database_unavailable'))
  expect(exits).toEqual([])
  expect((await admin.query('SELECT FROM orders')).rowCount).toBe(0)
})

test('a session that waits for an answer that never comes is given to no other request', async () => {
  const link = await StatementLink.open({
    ...{ ground: new LoopbackGround(), address: lease.address, port: 0 },
    upstream: () => database.target,
    onBug: (error) => expect.fail(error.message),
  })
  try {
    await api?.stop()
    api = await startApi(api?.port, { ...database.target, host: lease.address, port: link.port })
    const hang = { kind: 'hang' } as const
    const steps = ['users.list', 'orders.lock']
    armed = await link
      .point('test-1')
      .arm({ rules: steps.map((step) => ({ match: { step }, verdict: hang })) })
    const timeout = refused(504, 'database_timeout')
    const hung = await Promise.all([
      call('/users', { door: 'test-1' }),
      order({ productId: 2, quantity: 1 }, undefined, 'test-1'),
    ])
    expect(hung).toEqual([timeout, timeout])
    await armed.heal()
    expect(await call('/users', { door: 'test-1' })).toMatchObject({ status: 200 })
  } finally {
    await api?.stop()
    await link.close()
  }
})

/** Waits until the statement that locks a product is in this state, as Postgres sees it. */
function sessionIs(state: string): Promise<void> {
  return vi.waitFor(async () => {
    const sql = `SELECT FROM pg_stat_activity WHERE state = $1 AND query LIKE '%step=orders.lock%' AND pid <> pg_backend_pid()`
    expect((await admin.query(sql, [state])).rowCount).toBe(1)
  })
}

test.each<[ApiVerdict]>([[{ kind: 'throw' }], [{ kind: 'reject' }]])(
  'answers 500 where a rule makes the route fail, and only at that door and route: %o',
  async (verdict) => {
    const point = api!.point('broken')
    armed = await point.arm({ rules: [{ match: { path: '/users/:id' }, verdict }] })
    expect(await call('/users/1', { door: 'broken' })).toEqual(refused(500, 'internal_error'))
    expect(await call('/users', { door: 'broken' })).toMatchObject({ status: 200 })
    expect(await call('/users/1', { door: 'whole' })).toMatchObject({ status: 200 })
    expect(await armed.evidence()).toMatchObject({
      fired: 1,
      text: '1 request met the fault: GET /users/:id',
    })
    await armed.heal()
    expect(await call('/users/1', { door: 'broken' })).toMatchObject({ status: 200 })
    await api?.flush()
    const names = trace.filter(
      (event) => 'status' in event && event.status === 500 && event.what === 'decided',
    )
    expect(names).toMatchObject([{ code: verdict.kind === 'throw' ? 'TypeError' : 'Error' }])
  },
)

test('hangs in one route while the others answer; blocked, none answers', async () => {
  const point = api!.point('test')
  armed = await point.arm({ rules: [{ match: { path: '/users' }, verdict: { kind: 'hang' } }] })
  const hanging = call('/users', { signal: AbortSignal.timeout(300) })
  expect(await call('/healthz')).toMatchObject({ status: 200 })
  await expect(hanging).rejects.toMatchObject({ name: 'TimeoutError' })

  armed = await point.arm({ rules: [{ match: { path: '/users' }, verdict: { kind: 'block', forMs: 600 } }] })
  const blocking = call('/users')
  await vi.waitFor(async () => expect((await armed.evidence()).fired).toBe(1))
  const startedMs = performance.now()
  expect(await call('/healthz')).toMatchObject({ status: 200 })
  expect(performance.now() - startedMs).toBeGreaterThan(300)
  expect(await blocking).toMatchObject({ status: 200 })
  await armed.heal()
})

test('of a process that is busy it is told that it is, and then for how long it was; of another, that it is awake', async () => {
  await api!.flush()
  expect(processSeen).toEqual([{ machine: 'process', what: 'awake' }])
  armed = await api!.point('test').arm({ rules: [{ match: {}, verdict: { kind: 'block', forMs: 900 } }] })
  const blocking = call('/users')
  await vi.waitFor(async () => expect((await armed.evidence()).fired).toBe(1))
  await api!.flush()
  expect(processSeen.slice(1)).toEqual([{ machine: 'process', what: 'busy' }])
  expect(await blocking).toMatchObject({ status: 200 })
  await api!.flush()
  expect(processSeen.at(-1)).toEqual({ machine: 'process', what: 'awake' })
  const [, , { busyMs }] = processSeen as [Observation, Observation, { readonly busyMs: number }]
  expect(busyMs).toBeGreaterThan(700)
  expect(busyMs).toBeLessThan(2_000)
  await armed.heal()
})

test.each<[ApiVerdict, Omit<ApiExit, 'pid'>]>([
  [
    { kind: 'exit', code: 7 },
    { code: 7, signal: null },
  ],
  [{ kind: 'kill' }, { code: null, signal: 'SIGKILL' }],
  [{ kind: 'float' }, { code: 1, signal: null }],
  [{ kind: 'exhaust-memory' }, { code: null, signal: 'SIGABRT' }],
  [
    { kind: 'shut-down', inFlight: 'drop' },
    { code: null, signal: 'SIGTERM' },
  ],
])(
  'ends in the middle of a request where a rule says so, and comes back on its port: %o',
  async (verdict, exit) => {
    const point = api!.point('test')
    armed = await point.arm({ rules: [{ match: { path: '/users' }, verdict }] })
    expect(await call('/healthz')).toMatchObject({ status: 200 })
    const startedMs = performance.now()
    await expect(call('/users')).rejects.toMatchObject({ cause: { code: 'UND_ERR_SOCKET' } })
    expect(performance.now() - startedMs).toBeLessThan(2_000)
    await vi.waitFor(() => expect(exits).toMatchObject([{ ...exit, isWanted: true }]))
    expect(await armed.evidence()).toMatchObject({
      fired: 1,
      text: '1 request met the fault: GET /users',
    })
    // What it saw before its end is not lost with it.
    expect(trace.filter((event) => event.what === 'request')).toHaveLength(2)
    await expect(call('/users')).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    const [port, pid] = [api!.port, api!.pid]
    await armed.heal()
    expect(await call('/users')).toMatchObject({ status: 200 })
    expect([api!.port, api!.pid === pid]).toEqual([port, false])
    expect(exits).toHaveLength(1)
  },
)

test('serves what is in flight when it is told to end, refuses what comes then, and ends', async () => {
  const verdict = { kind: 'shut-down', inFlight: 'finish' } as const
  armed = await api!.point('test').arm({ rules: [{ match: { path: '/products' }, verdict }] })
  await locker.query('BEGIN; LOCK TABLE products IN ACCESS EXCLUSIVE MODE')
  const inFlight = call('/products')
  await vi.waitFor(async () => expect((await armed.evidence()).fired).toBe(1))
  await vi.waitFor(() => expect(call('/users')).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } }))
  expect(exits).toEqual([])
  await locker.query('ROLLBACK')
  expect(await inFlight).toMatchObject({ status: 200, body: { products: expect.any(Array) } })
  // The connection it came by is kept alive by its client, and must not keep the process.
  await vi.waitFor(() => expect(exits).toMatchObject([{ code: 0, signal: null, isWanted: true }]), 1_000)
  expect(trace.at(-1)).toMatchObject({ what: 'response', status: 200 })
  await armed.heal()
  expect(await call('/users')).toMatchObject({ status: 200 })
})

test.each<ApiVerdict>([{ kind: 'shut-down', inFlight: 'finish' }, { kind: 'exhaust-memory' }])(
  'is healed while it is still about to end: %o',
  async (verdict) => {
    armed = await api!.point('test').arm({ rules: [{ match: { path: '/products' }, verdict }] })
    await locker.query('BEGIN; LOCK TABLE products IN ACCESS EXCLUSIVE MODE')
    const cut = expect(call('/products')).rejects.toThrow()
    await vi.waitFor(async () => expect((await armed.evidence()).fired).toBe(1))
    await armed.heal()
    await cut
    expect(await call('/users')).toMatchObject({ status: 200 })
    expect(exits).toMatchObject([{ isWanted: true }])
  },
)

test('tells an end that no rule brought about from one that a rule did', async () => {
  const rules = (verdict: ApiVerdict) => [{ match: { path: '/users' }, verdict }]
  armed = await api!.point('test').arm({ rules: rules({ kind: 'throw' }) })
  expect(await call('/users')).toMatchObject({ status: 500 })
  process.kill(api!.pid, 'SIGKILL')
  await vi.waitFor(() => expect(exits).toMatchObject([{ isWanted: false }]))
  await armed.heal()
  // One that would end it, and has not met a request.
  armed = await api!.point('test').arm({ rules: rules({ kind: 'kill' }) })
  process.kill(api!.pid, 'SIGKILL')
  await vi.waitFor(() => expect(exits).toMatchObject([{ isWanted: false }, { isWanted: false }]))
  await armed.heal()
  expect(await call('/users')).toMatchObject({ status: 200 })
})

test.skipIf(process.platform !== 'linux')(
  'stands still while stopped, counts what waits, and goes on when healed (Linux only: /proc/net/tcp)',
  async () => {
    const point = api!.point('test')
    armed = await point.arm({ state: { kind: 'stopped' } })
    expect((await armed.evidence()).fired).toBe(0)
    const waiting = call('/users')
    await vi.waitFor(async () => expect((await armed.evidence()).fired).toBe(1))
    await armed.heal()
    expect(await waiting).toMatchObject({ status: 200 })
  },
)

test.each(['stopped', 'blocked'])('is ended within a second when it is %s', async (condition) => {
  const own = await startApi()
  const point = own.point('test')
  if (condition === 'stopped') armed = await point.arm({ state: { kind: 'stopped' } })
  else {
    armed = await point.arm({ rules: [{ match: {}, verdict: { kind: 'block', forMs: 10_000 } }] })
    const url = `http://${lease.address}:${own.port}/users`
    fetch(url, { headers: { 'x-request-id': 'test.1' } }).catch(() => {})
    await vi.waitFor(async () => expect((await armed.evidence()).fired).toBe(1))
  }
  const startedMs = performance.now()
  await own.stop()
  expect(performance.now() - startedMs).toBeLessThan(1_000)
  expect(() => process.kill(own.pid, 0)).toThrow('ESRCH')
})

test('says which port is taken, and leaves no process behind', async () => {
  const server = createServer().listen(0, lease.address)
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await expect(startApi(port)).rejects.toMatchObject({
    code: 'EADDRINUSE',
    message: expect.stringContaining(`API: cannot listen on ${lease.address}:${port} (EADDRINUSE)`),
  })
  expect(exits).toHaveLength(1)
  server.close()
})

test('ends by itself when its runner is killed', async () => {
  const runner = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { Api } from '${new URL('../../../sandbox/machines/api/api.ts', import.meta.url)}'
       const nothing = () => {}
       const api = await Api.start({ address: '${lease.address}', port: 0, onTrace: nothing, onExit: nothing,
         onSpawn: nothing })
       console.log(api.pid)`,
    ],
    { cwd: fileURLToPath(new URL('../../..', import.meta.url)), stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [line] = await once(runner.stdout!.setEncoding('utf8'), 'data')
  const pid = Number(line)
  const { start } = identify(pid)!
  expect(lives(pid, start)).toBe(true)
  runner.kill('SIGKILL')
  await vi.waitFor(() => expect(lives(pid, start)).toBe(false), { timeout: 2_000 })
})
