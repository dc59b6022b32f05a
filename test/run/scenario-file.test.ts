import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadClient } from '../../sandbox/clients/index.ts'
import { InvalidInput } from '../../sandbox/errors/invalid-input.ts'
import { clientSights } from '../../sandbox/language/client-sight.ts'
import { clientNames } from '../../sandbox/language/scenario.ts'
import { loadScenarioFile, loadScenarioFiles } from '../../sandbox/run/file/scenario-file.ts'
import { npmRun, root } from '../support/command.ts'

// Inside the project, so that `#sandbox/dns` means what it means for an author.
let folder: string
beforeAll(() => {
  folder = mkdtempSync(fileURLToPath(new URL('./scenario-files-', import.meta.url)))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0

/** What a file is answered with, a line each, without the path that all of them begin with. */
async function answer(text: string): Promise<readonly string[]> {
  count += 1
  const file = join(folder, `file-${count}.ts`)
  writeFileSync(file, text)
  return loadScenarioFile(file).then(
    ({ id }) => [`loaded ${id}`],
    (error: Error) => {
      if (!(error instanceof InvalidInput)) return [`a bug of ours: ${error.stack}`]
      return error.message
        .split('\n')
        .map((line) => line.slice(line.indexOf(`file-${count}.ts`) + `file-${count}.ts`.length + 1))
    },
  )
}

const head = "import { dns, lookupFails, scenario } from '#sandbox/dns'\n"

const load = (lines: string, first = head) =>
  answer(`${first}\nexport default scenario({\n  title: 'x',\n${lines}\n})\n`)

const good = `  break: dns.nxdomain(),\n  expect: { fetch: { code: 'ENOTFOUND' } },`
const promising = (expect_: string) => `  break: dns.nxdomain(),\n  expect: ${expect_},`
const calling = (call: string) => `${promising('{ fetch: { status: 200 } }')}\n  call: ${call},`

test.each([
  ['that keeps the format', good],
  [
    'that promises an error after a head of curl, and an app that fails on what came',
    promising(
      "{ curl: { exit: 18, status: 200, message: /x/ }, fetch: { status: 200, name: 'TypeError' }, all: { status: 200 } }",
    ),
  ],
  [
    'whose app tries again',
    `${promising('{ fetch: { attempts: 3, status: 200 } }')}\n  call: { retries: 2 },`,
  ],
  [
    'that promises for all what all but a named one can show',
    promising("{ curl: { exit: 6 }, all: { code: 'X' } }"),
  ],
  [
    'that promises for all of the portable world what its clients can show',
    `${good}\n  portable: { all: { code: 'X', syscall: 'queryA' } },`,
  ],
  [
    'that promises headers, of an error too where the client shows both',
    promising(
      "{ all: { headers: { 'Retry-After': '2', 'set-cookie': /a/, vary: null } }, curl: { exit: 18, headers: { Vary: '' } } }",
    ),
  ],
  [
    'that promises one client to be unaffected beside one that is not',
    promising("{ https: 'unaffected', fetch: 'hangs' }"),
  ],
  ['with a query', calling("{ path: '/users?x=1' }")],
  [
    'with a path parameter, of which only the run tells whether it is there',
    calling("{ path: '/users/999' }"),
  ],
  [
    'with limits of its parts as long as the whole',
    calling('{ connectTimeoutMs: 500, headersTimeoutMs: 500, bodyTimeoutMs: 500, timeoutMs: 500 }'),
  ],
  [
    'that promises for all what those can show that can make the call',
    `${promising("{ all: { code: 'UND_ERR_HEADERS_TIMEOUT' } }")}\n  call: { headersTimeoutMs: 500 },`,
  ],
  [
    'with all that JSON carries',
    calling("{ method: 'POST', path: '/login', body: { a: [1, -2.5, null, true, 'x', {}] } }"),
  ],
  [
    'with a token',
    calling(
      "{ method: 'POST', path: '/orders', headers: { Authorization: 'Bearer x' }, body: { productId: 1, quantity: 1 } }",
    ),
  ],
])('loads a file %s', async (_what, lines) => {
  expect(await load(lines)).toEqual([`loaded file-${count}`])
})

// Every mistake names line and column, what was expected, what was seen; line 5 is the first of ours.
test.each<[what: string, lines: string, ...answers: RegExp[]]>([
  [
    'two faults in a list',
    good.replace('dns.nxdomain()', '[dns.nxdomain(), dns.nxdomain()]'),
    /^5:3: break: expected one fault.*saw a list of 2\. A scenario breaks ONE step/,
  ],
  [
    'two faults by two keys',
    `  break: dns.nxdomain(),\n${good}`,
    /^6:3: break: expected one fault.*saw it twice/,
  ],
  [
    'a fault that was not called',
    good.replace('nxdomain()', 'nxdomain'),
    /^5:3: break: expected one fault.*saw a function\. Call it: dns\.nxdomain\(\)$/,
  ],
  ['an unknown key', `${good}\n  cal: {},`, /^7:3: unknown key "cal"\. Did you mean "call"\?/],
  // Which steps the diagnosis may take for one another is no matter of a scenario.
  ['pairs of steps', `${good}\n  pairs: [['server', 'backend']],`, /^7:3: unknown key "pairs"\. /],
  ['a step of its own', `${good}\n  step: 'network',`, /^7:3: unknown key "step"\. /],
  ['a key that every object inherits', `${good}\n  constructor: {},`, /^7:3: unknown key "constructor"/],
  [
    'an unknown key deep inside',
    `${good}\n  call: { timeoutms: 5 },`,
    /^7:11: unknown key "timeoutms"\. Did you mean "timeoutMs"\?/,
  ],
  [
    'a wrong type',
    `${good}\n  call: { timeoutMs: '5s' },`,
    /^7:11: call\.timeoutMs: expected a whole number of milliseconds.*saw "5s"/,
  ],
  ['a list for an object', `${good}\n  call: [],`, /^7:3: call: expected an object.*saw \[\]$/],
  [
    'an unknown field of a promise',
    good.replace('code:', 'cod:'),
    /^6:22: unknown key "cod"\. Did you mean "code"\?/,
  ],
  [
    'an unknown parameter',
    good.replace('nxdomain()', "nxdomain({ nam: 'x' })"),
    /^5:25: dns\.nxdomain\(\): unknown parameter "nam"\. Did you mean "name"\? It takes: name, when$/,
  ],
  [
    'a parameter of the wrong type',
    good.replace('nxdomain()', 'nxdomain({ name: 3 })'),
    /^5:25: dns\.nxdomain\(\): name: expected a host name.*saw 3/,
  ],
  [
    'a fault that does not exist',
    good.replace('nxdomain', 'nxdomian'),
    /^5:10: dns\.nxdomian: step dns has no fault "nxdomian"\. Did you mean "nxdomain"\? It has: aaaaOnly, .*wrongQuestion$/,
  ],
  [
    'a promise said once that does not exist',
    promising('{ ...lookupFails.nameUnknwon() }'),
    /^6:16: lookupFails\.nameUnknwon: it has no "nameUnknwon"\. Did you mean "nameUnknown"\? It has: nameUnknown, /,
  ],
  [
    'a syntax error',
    good.replace('nxdomain()', 'nxdomain(,'),
    /^5:2[34]: the syntax is wrong: .+\. Mend this place, or what stands right before it$/,
  ],
  [
    'a choice of none',
    good.replace("{ code: 'ENOTFOUND' }", "{ oneOf: [], because: 'x' }"),
    /^6:22: expect\.fetch\.oneOf: expected a list of two or more, saw \[\]/,
  ],
  ['no promise', promising('{}'), /^6:3: expect: expected a promise for at least one client/],
  [
    'a promise that is not there',
    promising('{ fetch: undefined }'),
    /^6:3: expect: expected a promise for at/,
  ],
  [
    'empty promises, wherever they stand',
    `${promising("{ fetch: {}, https: { oneOf: [{}, { status: 200 }], because: 'x' }, all: { body: undefined } }")}\n  portable: { fetch: {} },`,
    /^6:13: expect\.fetch: expected something that must hold, such as \{ status: 200 \}, saw an empty promise$/,
    /^6:41: expect\.https\.oneOf\.0: expected something/,
    /^6:79: expect\.all: expected something/,
    /^7:15: portable\.fetch: expected something/,
  ],
])('points at the line of %s', async (_what, lines, ...answers) => {
  expect(await load(lines)).toEqual(answers.map((each) => expect.stringMatching(each)))
})

test.each<[what: string, lines: string, ...answers: RegExp[]]>([
  [
    'an error code of a command, and the exit code of a library',
    promising("{ curl: { code: 'X' }, fetch: { exit: 6 } }"),
    /^6:21: expect\.curl\.code: expected a field that curl can show, saw code\. code is seen with fetch, https, python, requests, chromium$/,
    /^6:43: expect\.fetch\.exit: expected a field that fetch can show, saw exit\. exit is seen with curl$/,
  ],
  [
    'data and system calls of clients that have none',
    promising(
      "{ curl: { data: 1 }, python: { syscall: 'x' }, requests: { data: 1 }, chromium: { syscall: 'x' } }",
    ),
    /^6:21: expect\.curl\.data: .* data is seen with fetch, https, chromium$/,
    /^6:42: expect\.python\.syscall: .* syscall is seen with fetch, https$/,
    /^6:70: expect\.requests\.data: /,
    /^6:93: expect\.chromium\.syscall: /,
  ],
  [
    'for all what one of them cannot show',
    promising("{ all: { code: 'X' } }"),
    /^6:20: expect\.all\.code: expected a field that curl can show, saw code\. .*; name curl beside all$/,
  ],
  [
    'a response and an error of one call',
    promising(
      "{ fetch: { status: 200, code: 'X' }, python: { body: {}, name: 'X' }, https: { status: 500, name: 'X' } }",
    ),
    /^6:35: expect\.fetch\.code: expected none beside status: with fetch a call ends in a response or in an error, saw both/,
    /^6:68: expect\.python\.name: expected none beside body: with python/,
    /^6:103: expect\.https\.name: expected none beside status: with https/,
  ],
  [
    'headers of what is no response',
    promising(
      "{ fetch: { headers: { a: 'x' }, code: 'X' }, python: { headers: { a: null }, name: 'X' }, https: { status: 500, headers: { a: 'x' }, name: 'X' } }",
    ),
    /^6:43: expect\.fetch\.code: expected none beside headers: with fetch a call ends in a response or in an error, saw both/,
    /^6:88: expect\.python\.name: expected none beside headers: with python/,
    /^6:144: expect\.https\.name: expected none beside status: with https/,
  ],
  [
    'headers that are none',
    promising(
      "{ fetch: { headers: [] }, https: { headers: {} }, python: { headers: 'retry-after: 2' }, curl: { headers: /x/ } }",
    ),
    /^6:22: expect\.fetch\.headers: expected an object of headers, such as \{ 'retry-after': '2' \}, saw \[\]$/,
    /^6:46: expect\.https\.headers: expected a header at least, such as \{ 'retry-after': '2' \}, saw \{\}$/,
    /^6:71: expect\.python\.headers: expected an object of headers, .*, saw "retry-after: 2"$/,
    /^6:108: expect\.curl\.headers: expected an object of headers, .*, saw \/x\/$/,
  ],
  [
    'values that are no text, pattern or null',
    promising('{ all: { headers: { a: 2, b: undefined, c: /x/y, ok: null } } }'),
    /^6:31: expect\.all\.headers\.a: expected a text, null \(must not be there\), or a pattern, .*, saw 2$/,
    /^6:37: expect\.all\.headers\.b: expected a text, .*, saw nothing$/,
    /^6:51: expect\.all\.headers\.c: expected a pattern, .* without the flags g and y.*, saw \/x\/y$/,
  ],
  [
    'headers that HTTP does not carry, and one twice',
    promising("{ all: { headers: { 'd e': 'x', f: ' x', G: 'x', g: null, ok: '' } } }"),
    /^6:31: expect\.all\.headers: expected the name of a header, saw "d e"$/,
    /^6:43: expect\.all\.headers\.f: expected a value that HTTP carries, saw " x"$/,
    /^6:60: expect\.all\.headers: expected each header once, saw G and g$/,
  ],
  [
    'nothing but that all are unaffected',
    `${promising("{ fetch: 'unaffected', all: 'unaffected' }")}\n  portable: { https: 'unaffected' },`,
    /^6:13: expect\.fetch: expected a client beside it that meets the fault, saw 'unaffected' for all\. Promise at least one /,
  ],
  [
    'all but those that are unaffected, where those are all',
    promising(
      "{ all: { status: 200 }, ...Object.fromEntries(['fetch', 'https', 'curl', 'python', 'requests'].map((name) => [name, 'unaffected'])) }",
    ),
    /^6:\d+: expect\.fetch: expected a client beside it that meets the fault/,
  ],
  [
    'a word that is none',
    promising("{ fetch: 'unafected', https: 'hangs' }"),
    /^6:13: expect\.fetch: expected "hangs", "unaffected" or an object, saw "unafected"$/,
  ],
  [
    'data of what failed',
    promising('{ fetch: { status: 404, data: 3 }, https: { name: "X", data: 3 } }'),
    /^6:35: expect\.fetch\.data: expected none beside status 404: what failed gives the app no data, saw 3/,
    /^6:66: expect\.https\.data: expected none beside name: /,
  ],
  [
    'words of an error that none was',
    promising('{ curl: { exit: 0, message: /x/ } }'),
    /^6:30: expect\.curl\.message: expected none beside exit 0, which is no error, saw \/x\//,
  ],
  [
    'more attempts than there are',
    promising('{ fetch: { attempts: 2, status: 200 } }'),
    /^6:22: expect\.fetch\.attempts: expected 1 at most \(call\.retries, and the first\), saw 2$/,
  ],
  [
    'for the portable world what calls in the other only',
    `${good}\n  portable: { curl: { exit: 6 } },`,
    /^7:15: portable\.curl: expected fetch or https, the clients of the portable world, saw curl\./,
  ],
  [
    'a pattern that looks on from where it was',
    promising('{ fetch: { message: /x/g } }'),
    /^6:22: expect\.fetch\.message: expected a pattern, .* without the flags g and y.*, saw \/x\/g$/,
  ],
  [
    'what no exit code, status or time can be',
    promising('{ curl: { exit: 1.5, status: 99, tookMs: [5, 1] } }'),
    /^6:21: expect\.curl\.exit: expected an exit code, .*, saw 1\.5$/,
    /^6:32: expect\.curl\.status: expected an HTTP status, .*, saw 99$/,
    /^6:44: expect\.curl\.tookMs: expected a range of milliseconds, .*, saw \[5,1\]$/,
  ],
])('refuses to promise %s', async (_what, lines, ...answers) => {
  expect(await load(lines)).toEqual(answers.map((each) => expect.stringMatching(each)))
})

test('refuses a promise for a world in which the fault does not act', async () => {
  const lines =
    "  break: network.hostUnreachable(),\n  expect: { fetch: { code: 'X' } },\n  portable: { fetch: { code: 'Y' } },"
  const first = "import { network, scenario } from '#sandbox/network'\n"
  expect(await load(lines, first)).toEqual([
    expect.stringMatching(
      /^7:3: portable: expected none, since network\.hostUnreachable acts in the sealed world only/,
    ),
  ])
})

// A table says what each client can show. The clients themselves say where they call.
test('knows in which world each client calls', async () => {
  for (const name of clientNames)
    expect(clientSights[name].worlds, name).toEqual((await loadClient(name)).worlds)
})

const routes =
  'The routes: GET /healthz, POST /login, GET /users, GET /users/:id, GET /products, POST /orders'

test.each<[what: string, call: string, ...answers: string[]]>([
  ['no route', "{ path: '/nope' }", `7:11: call.path: expected a route of the API, saw "/nope". ${routes}`],
  [
    'a method that the route does not serve',
    "{ method: 'DELETE', path: '/users/1' }",
    `7:11: call.method: expected GET for /users/1, saw DELETE. ${routes}`,
  ],
  [
    'no method, where the route wants one',
    "{ path: '/login' }",
    `7:11: call.method: expected POST for /login, saw GET. ${routes}`,
  ],
  [
    'a body where none is read',
    '{ body: { a: 1 } }',
    '7:11: call.body: expected none, since GET /users takes none, saw {"a":1}',
  ],
  [
    'no token and no body where both are wanted',
    "{ method: 'POST', path: '/orders' }",
    '7:3: call.headers.authorization: expected "Bearer <token>", which POST /orders wants, saw nothing. Take the one in scenarios/01-request/double-submit.ts',
    '7:3: call.body: expected an object, which POST /orders takes, saw nothing',
  ],
  [
    'a connect limit beyond the whole',
    '{ connectTimeoutMs: 3_000, timeoutMs: 500 }',
    '7:11: call.connectTimeoutMs: expected 500 at most, the limit of the whole call (timeoutMs), saw 3000',
  ],
  [
    'limits of head and body beyond the whole',
    '{ headersTimeoutMs: 501, bodyTimeoutMs: 3_000, timeoutMs: 500 }',
    '7:11: call.headersTimeoutMs: expected 500 at most, the limit of the whole call (timeoutMs), saw 501',
    '7:34: call.bodyTimeoutMs: expected 500 at most, the limit of the whole call (timeoutMs), saw 3000',
  ],
  [
    'a connect limit beyond the default of the whole',
    '{ connectTimeoutMs: 10_001 }',
    '7:11: call.connectTimeoutMs: expected 10000 at most, the limit of the whole call (timeoutMs), saw 10001',
  ],
  [
    'a path and headers that HTTP does not carry',
    "{ path: '/users?x= 1' }",
    '7:11: call.path: expected a path that begins with "/", with everything else than URLs take percent-encoded, saw "/users?x= 1"',
  ],
  [
    'headers that HTTP does not carry',
    "{ headers: { 'a b': 'x', y: 'l\\nm' } }",
    '7:22: call.headers: expected the name of a header, saw "a b"',
    '7:34: call.headers.y: expected a value that HTTP carries, saw "l\\nm". To break a header, use request.invalidHeader(): the call itself is the healthy one',
  ],
])('refuses a call with %s: it could not be healthy', async (_what, call, ...answers) => {
  expect(await load(calling(call))).toEqual(answers)
})

const json = 'expected what JSON carries: texts, finite numbers, true, false, null, lists and plain objects'

test.each([
  [
    'a BigInt, deep inside',
    '{ a: [1, { id: 1n }] }',
    'body.a.1.id',
    'saw 1n. Write it as a text, or as a number',
  ],
  ['a function', '() => 1', 'body', 'saw a function'],
  ['a symbol', '{ s: Symbol("s") }', 'body.s', 'saw a symbol'],
  ['undefined', '{ u: undefined }', 'body.u', 'saw undefined. Write null, or leave it out'],
  ['a hole', '[1, , 2]', 'body.1', 'saw undefined. Write null, or leave it out'],
  ['NaN', '[NaN]', 'body.0', 'saw NaN'],
  ['Infinity', '{ i: -Infinity }', 'body.i', 'saw -Infinity'],
  ['a Date', 'new Date(0)', 'body', 'saw a Date. Write it as plain data'],
  [
    'a circle',
    '(() => { const c = { a: {} }; c.a.c = c; return c })()',
    'body.a.c',
    'saw an object that holds itself',
  ],
  [
    'more levels than any body has',
    "JSON.parse('['.repeat(5_000) + ']'.repeat(5_000))",
    'body.0...0.0',
    'saw more than 64 levels. Make it flatter',
  ],
  ['more than a machine holds', 'new Array(1e9)', 'body', 'saw more than 100000 values'],
])('refuses a body with %s, sent or promised', async (_what, value, key, saw) => {
  const [sent, ...others] = await load(calling(`{ method: 'POST', path: '/login', body: ${value} }`))
  expect(sent).toMatch(/^7:\d+: /)
  expect(sent?.replace(/^7:\d+: /, '')).toBe(`call.${key}: ${json}, ${saw}`)
  expect(others).toEqual([])
  const promised = await load(promising(`{ fetch: { body: ${value} }, https: { data: ${value} } }`))
  const place = key.includes('...') ? /expect\.fetch\.body/ : `expect.fetch.${key}: ${json}, ${saw}`
  expect(promised).toHaveLength(2)
  expect(promised[0]).toMatch(/^6:\d+: /)
  expect(promised[0]).toMatch(place)
  expect(promised[1]).toContain('expect.https.data')
})

test('a value shared by two keys is no circle', async () => {
  const shared = '(() => { const s = { a: 1 }; return { one: s, other: [s, s] } })()'
  expect(await load(calling(`{ method: 'POST', path: '/login', body: ${shared} }`))).toEqual([
    `loaded file-${count}`,
  ])
})

test('a body larger than the API reads is refused', async () => {
  expect(await load(calling("{ method: 'POST', path: '/login', body: 'x'.repeat(102_399) }"))).toEqual([
    expect.stringMatching(/call\.body: expected 102400 bytes of JSON at most, saw 102401$/),
  ])
  expect(await load(calling("{ method: 'POST', path: '/login', body: 'x'.repeat(102_398) }"))).toEqual([
    `loaded file-${count}`,
  ])
})

test('shows any value where a text belongs, however large it is', async () => {
  const circle = '(() => { const c = {}; c.c = c; return c })()'
  expect(
    await answer(
      `${head}export default scenario({ title: ${circle}, break: dns.nxdomain(), expect: { fetch: { code: 'x'.repeat(5e6).split('') } } })`,
    ),
  ).toEqual([
    '2:27: title: expected a text of one line, 200 characters at most, saw {"c":itself}',
    expect.stringMatching(/^2:\d+: expect\.fetch\.code: expected a text, saw \["x","x",.{40,50}\.\.\.$/),
  ])
})

test('what an unknown key meant is not missing; what is, is told where its object begins', async () => {
  const text = (key: string) =>
    `${head}export default scenario({\n  ${key}: 'x',\n  break: dns.nxdomain(),\n  expect: { fetch: { code: 'X' } },\n  lesson: { wy: 'x' },\n})`
  expect(await answer(text('titel'))).toEqual([
    '3:3: unknown key "titel". Did you mean "title"? Known here: title, break, call, expect, portable, database, lesson',
    '6:13: unknown key "wy". Did you mean "why"? Known here: story, why, seeIt, rightly, clue, looksLike, hints',
  ])
  expect(await answer(text('name'))).toEqual([
    '2:1: title: expected a text of one line, 200 characters at most, saw nothing',
    expect.stringMatching(/^3:3: unknown key "name"\. Known here/),
    expect.stringMatching(/^6:13: unknown key "wy"/),
  ])
})

test('all that is wrong is told at once, in the order of the file, also where the file cannot be run', async () => {
  const rest = `  lesson: {},
  call: { path: '/nope', timeoutMs: '5s' },
  expect: { fetch: { cod: 'x' }, curl: { code: 'X' }, fetchh: {} },
})`
  const others = [
    '5:3: lesson.why: expected a text, saw nothing',
    expect.stringMatching(/^6:11: call\.path: expected a route/),
    expect.stringMatching(/^6:26: call\.timeoutMs: /),
    expect.stringMatching(/^7:22: unknown key "cod"/),
    expect.stringMatching(/^7:42: expect\.curl\.code: /),
    expect.stringMatching(/^7:55: unknown key "fetchh"\. Did you mean "fetch"\?/),
  ]
  const file = (fault: string, first = head) =>
    answer(`${first}export default scenario({\n  titel: 'x',\n  break: ${fault},\n${rest}`)
  const titel = expect.stringMatching(/^3:3: unknown key "titel"/)
  expect(await file('dns.nxdomain()')).toEqual([titel, ...others])
  expect(await file("dns.nxdomain({ nam: 'x', when: { tims: 3, every: 1 } })")).toEqual([
    titel,
    expect.stringMatching(/^4:25: dns\.nxdomain\(\): unknown parameter "nam"/),
    expect.stringMatching(/^4:43: dns\.nxdomain\(\): unknown condition "when\.tims"/),
    expect.stringMatching(/^4:52: dns\.nxdomain\(\): when\.every: expected a whole number from 2/),
    ...others,
  ])
  expect(await file('dns.nxdomian()')).toEqual([
    titel,
    expect.stringMatching(/^4:10: dns\.nxdomian: step dns has no fault "nxdomian"/),
    ...others,
  ])
})

test('what only running a file would tell is not guessed at', async () => {
  const lines = (expect_: string) =>
    `  break: dns.nxdomian(),\n  call: { method: ['POST'][0], path: '/login', body: {} },\n  expect: ${expect_},`
  const fault = expect.stringMatching(/^5:10: dns\.nxdomian: /)
  expect(await load(lines('{ ...lookupFails.nameUnknown() }'))).toEqual([fault])
  expect(await load(lines('{ fetch: { cod: 1 }, https: String(1) }'))).toEqual([
    fault,
    expect.stringMatching(/^7:22: unknown key "cod"/),
  ])
})

test('a place is found behind a name, in a list, and in what an object brings with it', async () => {
  const text = `${head}const call = { path: '/nope' } as const
const base = { fetch: { cod: 1 } }
const whole = { title: 'x', break: dns.nxdomain(), call, expect: { ...base, https: { oneOf: [{ status: 200 }, {}], because: 'x' } } }
export default scenario(whole)`
  expect(await answer(text)).toEqual([
    expect.stringMatching(/^2:16: call\.path: /),
    expect.stringMatching(/^3:25: unknown key "cod"/),
    expect.stringMatching(/^4:111: expect\.https\.oneOf\.1: expected something/),
  ])
})

test.each<[what: string, first: string, answer: RegExp]>([
  [
    'a name that the step does not export',
    "import { dnss, scenario } from '#sandbox/dns'\nconst dns = dnss\n",
    /^1:10: #sandbox\/dns: it exports no "dnss"\. Did you mean "dns"\? A scenario needs: import \{ dns, scenario \} from '#sandbox\/dns'$/,
  ],
  [
    'a default export',
    "import dns, { scenario } from '#sandbox/dns'\n",
    /^1:8: #sandbox\/dns: expected a name in braces, saw the default export.* Write: import \{ dns, scenario \}/,
  ],
  [
    'a folder by path',
    "import { dns, scenario } from './sandbox/dns'\n",
    /^1:32: \.\/sandbox\/dns: expected a file, with its extension, saw none at \/.*\/sandbox\/dns\. A step is imported by its name: #sandbox\/dns$/,
  ],
  [
    'a file by path, without its extension',
    "import { dns, scenario } from '../../sandbox/02-dns/index'\n",
    /^1:32: .* A step is imported by its name: #sandbox\/dns$/,
  ],
])('answers the import of %s with our own words', async (_what, first, wanted) => {
  expect(await load(good, first)).toEqual([expect.stringMatching(wanted)])
})

test.each([
  ["import * as dns from '#sandbox/dns'\nimport { scenario } from '#sandbox/dns'\n", 'all of the step'],
  ["import { dns } from '#sandbox'\nimport { scenario } from '#sandbox/dns'\n", 'the whole catalogue'],
  ["import { dns, scenario } from '../../../sandbox/02-dns/index.ts'\n", 'the file of the step'],
  ["import { dns as names, scenario } from '#sandbox/dns'\n", 'another name for it'],
])('a fault that does not exist is told by whatever import its step came: %#, %s', async (first, what) => {
  const local = what.startsWith('another') ? 'names' : 'dns'
  const [told, ...others] = await load(good.replace('dns.nxdomain', `${local}.nxdomian`), first)
  expect(told).toMatch(/^\d:10: \w+\.nxdomian: step dns has no fault "nxdomian"\. Did you mean "nxdomain"\?/)
  expect(others).toEqual([])
  expect(await load(good.replace('dns.', `${local}.`), first)).toEqual([`loaded file-${count}`])
})

test('what a file throws is told with its place, whatever it is', async () => {
  expect(await load(promising('{ fetch: { status: nope } }'))).toEqual([
    expect.stringMatching(
      /^6:\d+: expected a file that runs to its end, saw it throw ReferenceError: nope is not defined$/,
    ),
  ])
  expect(await answer('throw Object.create(null)\n')).toEqual([
    '1:1: expected a file that runs to its end, saw it throw {}',
  ])
  expect(await answer('export default 3\n')).toEqual(['1:1: expected scenario({ ... }), saw 3'])
  expect(await answer('')).toEqual([
    '1:1: expected `export default scenario({ ... })`, saw no default export',
  ])
})

test('several files are told at once', async () => {
  const files = ['one', 'other'].map((name) => join(folder, `${name}.ts`))
  for (const file of files) writeFileSync(file, 'export default 3\n')
  const message = await loadScenarioFiles(files).catch((error: Error) => error.message)
  expect(String(message).split('\n')).toEqual([
    expect.stringMatching(/one\.ts:1:1: expected scenario/),
    expect.stringMatching(/other\.ts:1:1: expected scenario/),
  ])
})

test('an empty promise ends the command with 2 and its place, a kept one with 0', async () => {
  const file = join(folder, 'empty-promise.ts')
  const run = async (promise: string) => {
    writeFileSync(
      file,
      `${head}export default scenario({\n  title: 'x',\n  break: dns.nxdomain(),\n  expect: { fetch: ${promise} },\n})\n`,
    )
    return await npmRun(['scenario', file, '--', '--world=portable']).done
  }
  const empty = await run('{}')
  expect(empty.stderr).toMatch(
    /empty-promise\.ts:5:13: expect\.fetch: expected something that must hold, such as \{ status: 200 \}, saw an empty promise\n$/,
  )
  expect([empty.code, empty.stdout]).toEqual([2, ''])
  expect((await run("{ code: 'ENOTFOUND' }")).code).toBe(0)
})

// Who may import `#sandbox/...` is for Node to say, so these go by the command.
test.each([
  [
    'a file outside the project',
    () => tmpdir(),
    '#sandbox/dns',
    `1:32: #sandbox/dns: expected a file inside the project, saw one outside. Put it into scenarios/02-dns/, or anywhere else below ${root}`,
  ],
  [
    'a step that does not exist',
    () => folder,
    '#sandbox/dnss',
    '1:32: #sandbox/dnss: no step has this name. Did you mean "#sandbox/dns"? All of them: #sandbox/request, #sandbox/dns,',
  ],
])('points at the import of %s', async (_name, place, name, message) => {
  const inside = mkdtempSync(join(place(), 'scenario-files-'))
  try {
    const file = join(inside, 'x.ts')
    writeFileSync(file, `import { dns, scenario } from '${name}'\n`)
    const { code, stderr } = await npmRun(['scenario', file]).done
    expect(stderr.slice(stderr.indexOf('x.ts:') + 'x.ts:'.length)).toContain(message)
    expect(code).toBe(2)
  } finally {
    rmSync(inside, { recursive: true })
  }
})

const faces = `import { dns } from '#sandbox/dns'
import { network } from '#sandbox/network'
import { tls } from '#sandbox/tls'
import { backend, scenario } from '#sandbox/backend'
`
const breaking = (fault: string, call = '{}', promises = '{ all: { status: 200 } }') =>
  load(`  break: ${fault},\n  call: ${call},\n  expect: ${promises},`, faces)
const rests = (fault: string) => breaking(fault, "{ connection: 'warm' }")

test.each<[what: string, load: () => Promise<readonly string[]>, answer: string]>([
  [
    'the second connection of a call that makes one',
    () => breaking('network.resetOnConnect({ when: { every: 2 } })'),
    '8:43: network.resetOnConnect(): when.every: expected to act on the one connection of this call (call.retries, and the first), saw that it acts on number 2 first. It takes 2 attempts at least. An app tries again only after a failure: when.times acts from the first connection on',
  ],
  [
    'the fourth request of a call that makes three',
    () => breaking("backend.throws({ route: '/users', when: { every: 4 } })", '{ retries: 2 }'),
    '8:52: backend.throws(): when.every: expected to act on one of the 3 requests of this call (call.retries, and the first), saw that it acts on number 4 first. It takes 4 attempts at least. An app tries again only after a failure: when.times acts from the first request on',
  ],
  [
    'a lot that the first handshake never draws',
    () => breaking('tls.handshakeStall({ when: { chance: 0.000001, seed: 1 } })'),
    '8:39: tls.handshakeStall(): when.chance: expected to act on the one handshake of this call (call.retries, and the first), saw that it acts on none of the first 1000. An app tries again only after a failure: when.times acts from the first handshake on',
  ],
  [
    'every third of the first two, wherever it counts',
    () => breaking('dns.servfail({ when: { every: 3, times: 2 } })'),
    '8:43: dns.servfail(): when.times: expected as many as every at least, since those before it count too, saw 2',
  ],
  [
    'questions that a warm call does not ask',
    () => rests('dns.nxdomain()'),
    '9:11: call.connection: expected "cold", since dns.nxdomain acts on DNS questions, of which an open connection needs none, saw "warm". A warm call goes over the connection that is open: it meets what acts on that one, or behind it',
  ],
  [
    'a certificate that a warm call is not shown',
    () => rests('tls.expired()'),
    '9:11: call.connection: expected "cold", since tls.expired acts on TLS handshakes, of which an open connection needs none, saw "warm". A warm call goes over the connection that is open: it meets what acts on that one, or behind it',
  ],
  [
    'new connections, which a warm call does not make',
    () => rests('network.bandwidth()'),
    '9:11: call.connection: expected "cold", since network.bandwidth acts on new connections, and what is open keeps what it got, saw "warm". A warm call goes over the connection that is open: it meets what acts on that one, or behind it',
  ],
  [
    'an encrypted handshake in TLS 1.2, also of a browser',
    () => breaking('tls.recordCorrupted()', "{ tlsVersion: 'TLSv1.2' }", '{ chromium: { status: 200 } }'),
    '9:11: call.tlsVersion: expected "TLSv1.3", since tls.recordCorrupted acts on an encrypted handshake, which TLS 1.2 does not have, saw "TLSv1.2". Leave it out, and the server speaks both',
  ],
  [
    'a readable certificate in TLS 1.3',
    () => breaking('tls.keyMismatch()', "{ tlsVersion: 'TLSv1.3' }"),
    '9:11: call.tlsVersion: expected "TLSv1.2", since tls.keyMismatch acts on a certificate on its way, which TLS 1.3 encrypts, saw "TLSv1.3". Leave it out, and the server speaks both',
  ],
])('refuses a fault that can never fire: on %s', async (_what, load, wanted) => {
  expect(await load()).toEqual([wanted])
})

test.each<[what: string, load: () => Promise<readonly string[]>]>([
  [
    'as many attempts as it takes',
    () => breaking('network.resetOnConnect({ when: { every: 2 } })', '{ retries: 1 }'),
  ],
  [
    'DNS questions, of which one look-up asks several',
    () => breaking('dns.servfail({ when: { every: 2 } })'),
  ],
  [
    'a lot that the first one draws',
    () => breaking('tls.handshakeStall({ when: { chance: 0.99, seed: 1 } })'),
  ],
  [
    'a browser, which opens connections as it likes',
    () => breaking('network.resetOnConnect({ when: { every: 2 } })', '{}', '{ chromium: { status: 200 } }'),
  ],
  ['every second of the first two', () => breaking('dns.servfail({ when: { every: 2, times: 2 } })')],
  ['a cold call', () => breaking('tls.expired()')],
  ['the version of TLS that it takes', () => breaking('tls.recordCorrupted()', "{ tlsVersion: 'TLSv1.3' }")],
  ['any version', () => breaking('tls.expired()', "{ tlsVersion: 'TLSv1.3' }")],
  ['a record that a warm call does not ask for again', () => rests('dns.ttlStale()')],
  ['a port that is closed meanwhile', () => rests('network.connectionRefused()')],
  [
    'a certificate that a kept connection hides',
    () => rests("tls.resumptionHidesChange({ unseenBy: 'kept-connection' })"),
  ],
  ['the open connection', () => rests('network.halfOpen()')],
  ['what lies behind the open connection', () => rests("backend.throws({ route: '/users' })")],
])('takes a fault that may fire: on %s', async (_what, load) => {
  expect(await load()).toEqual([expect.stringMatching(/^loaded file-/)])
})

const noHead = "it has no limit of its own for the response's head"

test.each<[what: string, load: () => Promise<readonly string[]>, answer: string]>([
  [
    'a limit that no promised client has',
    () =>
      breaking(
        'backend.hang()',
        '{ headersTimeoutMs: 500 }',
        '{ curl: { exit: 28 }, python: { status: 200 } }',
      ),
    `9:11: call.headersTimeoutMs: expected a promise for a client that can do this, saw curl, python alone (curl, python: ${noHead}). Those are: fetch`,
  ],
  [
    'what no client can do together',
    () => breaking('tls.expired()', "{ headersTimeoutMs: 500, revocationChecking: 'crl' }"),
    `9:34: call.revocationChecking: expected a promise for a client that can do this, saw fetch, https, curl, python, requests alone (fetch: it cannot check a CRL; https, curl, python, requests: ${noHead}). No client can do all of it: leave out a part`,
  ],
  [
    'a fault in an app of which no promised client has one',
    () =>
      load(
        '  break: app.missingField(),\n  expect: { curl: { status: 200 } },',
        "import { app, scenario } from '#sandbox/app'\n",
      ),
    '5:3: break: expected a promise for a client that this fault can reach, saw curl alone (curl: it only prints: no app of ours uses the data). Those are: fetch, https, chromium',
  ],
])('refuses %s: every run would be skipped', async (_what, load, wanted) => {
  expect(await load()).toEqual([wanted])
})

test('takes a call that one of the promised clients can make', async () => {
  const promises = "{ curl: { exit: 28 }, fetch: { code: 'UND_ERR_HEADERS_TIMEOUT' } }"
  expect(await breaking('backend.hang()', '{ headersTimeoutMs: 500 }', promises)).toEqual([
    expect.stringMatching(/^loaded file-/),
  ])
})
