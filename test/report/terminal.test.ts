import { PassThrough, Writable } from 'node:stream'
import { WriteStream } from 'node:tty'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, expect, test, vi } from 'vitest'
import type { Symptom } from '../../sandbox/clients/common/symptom.ts'
import { type Step, steps } from '../../sandbox/language/steps.ts'
import { problemText, screenOf } from '../../sandbox/report/screen.ts'
import { closingLines, openingLines } from '../../sandbox/report/terminal.ts'
import type { Diagnosis } from '../../sandbox/run/diagnosis/diagnosis.ts'
import type { StepMark } from '../../sandbox/run/diagnosis/marks.ts'
import type { ClientReport, ScenarioReport } from '../../sandbox/run/report.ts'

// The lines for people: the same words at every width, none of them cut off by us or by the terminal.

afterEach(() => {
  vi.unstubAllEnvs()
})

const healthy: Symptom = {
  kind: 'response',
  status: 200,
  errors: [],
  bodyText: '{"users":[1,2,3]}',
  tookMs: 11,
}

function failed(name: string, message: string, cause?: { code: string; message: string }): Symptom {
  const outer = { name, message }
  return {
    kind: 'error',
    errors: cause === undefined ? [outer] : [outer, { name: 'Error', ...cause }],
    tookMs: 4,
  }
}

/** A letter for each step: v done, X broke, > carried, ! noticed, ~ unfinished, . unreached, - unused. */
function marks(letters: string): Record<Step, StepMark> {
  const names: Record<string, StepMark> = {
    v: 'done',
    X: 'broke',
    '>': 'carried',
    '!': 'noticed',
    '~': 'unfinished',
    '.': 'unreached',
    '-': 'unused',
  }
  return Object.fromEntries(steps.map((step, index) => [step, names[letters[index]!]])) as Record<
    Step,
    StepMark
  >
}

const dnsBroke: Diagnosis = {
  broke: 'dns',
  noticed: 'dns',
  marks: marks('vX........'),
  because: 'the answer was NXDOMAIN; healthy: A 127.0.0.1',
}

function saw(
  client: ClientReport['client'],
  symptom: Symptom,
  diagnosis: Partial<Diagnosis> = {},
): ClientReport {
  return {
    client,
    symptom,
    differences: [],
    diagnosis: { ...dnsBroke, ...diagnosis },
    fired: {
      count: 2,
      counted: '2 questions',
      of: 'client',
      text: '2 questions were answered NXDOMAIN',
    },
  }
}

const fetchFailed = failed('TypeError', 'fetch failed', {
  code: 'ENOTFOUND',
  message: 'getaddrinfo ENOTFOUND api.example.test',
})
const requestsFailed = failed(
  'ConnectionError',
  "HTTPSConnectionPool(host='api.example.test', port=443): Max retries exceeded with url: /users",
)

const report: ScenarioReport = {
  id: 'dns-failure',
  title: 'The API host name does not exist (NXDOMAIN)',
  file: 'scenarios/02-dns/dns-failure.ts',
  world: 'sealed',
  worldReason: 'namespaces work here',
  versions: {
    node: '24.21.0',
    postgres: '18.4',
    clients: {
      fetch: { version: '24.21.0', path: '/opt/node' },
      requests: { version: '2.28.1', path: '/usr/bin/python3' },
    },
  },
  fault: { id: 'dns.nxdomain', step: 'dns', summary: 'nxdomain api.example.test', parameters: {} },
  steady: [
    { client: 'fetch', symptom: healthy },
    { client: 'requests', symptom: { ...healthy, tookMs: 17.4 } },
  ],
  healed: [
    { client: 'fetch', symptom: healthy },
    { client: 'requests', symptom: healthy },
  ],
  outcome: 'pass',
  problems: [],
  clients: [
    saw('fetch', fetchFailed),
    saw('requests', requestsFailed),
    { client: 'chromium', skipped: 'not installed: apt-get install chromium libnss3-tools' },
  ],
  lesson: {
    story: '',
    why: 'The resolver answered "no such name", so no socket was ever opened. Retrying will not help.',
    seeIt: 'dig api.example.test, and then getent hosts api.example.test in the same terminal',
    clue: /status: NXDOMAIN/,
    looksLike: 'servfail (EAI_AGAIN), no-answer (EAI_AGAIN, slow)',
  },
  tookMs: 700,
}

function linesAt(columns: number, of: ScenarioReport = report): string[] {
  const screen = { columns, stream: new PassThrough() }
  return [...openingLines(of, screen), ...closingLines(of, screen)]
}

/** The lines from the one that begins so to the next empty one. */
function block(lines: readonly string[], start: string): string[] {
  const from = lines.findIndex((line) => line.startsWith(start))
  expect(from, lines.join('\n')).toBeGreaterThan(-1)
  return lines.slice(from, lines.indexOf('', from))
}

const beforeJourney = [
  '',
  'dns-failure   The API host name does not exist (NXDOMAIN)',
  '',
  '  healthy   2 clients: 200, 3 users (17 ms at most)',
  '  break     02 dns   nxdomain api.example.test',
  '',
]

/** What the clients saw takes the width there is; all else that is below the journey does not. */
const afterJourney = (fetch: string, ...requests: readonly string[]) => [
  '  ✓ as in the healthy call   ✗ broke here   · never reached',
  '',
  fetch,
  '            └ getaddrinfo ENOTFOUND api.example.test',
  ...requests,
  '  chromium  skipped: not installed: apt-get install chromium libnss3-tools',
  '',
  '  broke     02 dns: the answer was NXDOMAIN; healthy: A 127.0.0.1',
  '  noticed   02 dns by all',
  '  fired     2 questions of each client were answered NXDOMAIN',
  '  healed    2 clients: 200, 3 users',
  '',
  '  why       The resolver answered "no such name", so no socket was ever opened.',
  '            Retrying will not help.',
  '  see it    dig api.example.test, and then getent hosts api.example.test in the same terminal',
  '  shows     /status: NXDOMAIN/',
  '  not to be mistaken for   servfail (EAI_AGAIN), no-answer (EAI_AGAIN, slow)',
  '',
  '  PASS      0.7 s · sealed (namespaces work here) · Postgres 18.4 ·',
  '            Node 24.21.0 · requests 2.28.1',
]

test('a report reads like this on 80 columns', () => {
  expect(linesAt(80)).toEqual([
    ...beforeJourney,
    '  request ✓  dns ✗       network ·   tls ·    server ·',
    '  backend ·  database ·  response ·  reply ·  app ·',
    ...afterJourney(
      '  fetch     TypeError: fetch failed                                  as promised',
      '  requests  ConnectionError:                                         as promised',
      "            HTTPSConnectionPool(host='api.example.test', port=443): Max retries",
      '            exceeded with url: /users',
    ),
  ])
})

test.each([140, 200])(
  'on %d columns the journey and what a client saw take one line each, and nothing else changes',
  (columns) => {
    expect(linesAt(columns)).toEqual([
      ...beforeJourney,
      '  request ✓  dns ✗  network ·  tls ·  server ·  backend ·  database ·  response ·  reply ·  app ·',
      ...afterJourney(
        `  fetch     TypeError: fetch failed${' '.repeat(89)}as promised`,
        "  requests  ConnectionError: HTTPSConnectionPool(host='api.example.test', port=443): Max retries exceeded with url: /users  as promised",
      ),
    ])
  },
)

test('where no client saw more than 80 columns hold, a wide screen looks the same', () => {
  const of = { ...report, clients: report.clients.slice(0, 1) }
  const line = '  fetch     TypeError: fetch failed                                  as promised'
  for (const columns of [80, 120, 200]) expect(linesAt(columns, of)).toContain(line)
})

test('on 60 columns it wraps', () => {
  expect(linesAt(60).slice(6, 23)).toEqual([
    '  request ✓  dns ✗       network ·   tls ·    server ·',
    '  backend ·  database ·  response ·  reply ·  app ·',
    '  ✓ as in the healthy call   ✗ broke here   · never reached',
    '',
    '  fetch     TypeError: fetch failed              as promised',
    '            └ getaddrinfo ENOTFOUND api.example.test',
    '  requests  ConnectionError:                     as promised',
    "            HTTPSConnectionPool(host='api.example.test',",
    '            port=443): Max retries exceeded with url: /users',
    '  chromium  skipped: not installed: apt-get install chromium',
    '            libnss3-tools',
    '',
    '  broke     02 dns: the answer was NXDOMAIN; healthy: A',
    '            127.0.0.1',
    '  noticed   02 dns by all',
    '  fired     2 questions of each client were answered',
    '            NXDOMAIN',
  ])
})

const late = { broke: 'network', noticed: 'app', marks: marks('v-X>>v>>>!') } as const
const answered: Symptom = {
  kind: 'response',
  status: 504,
  errors: [],
  bodyText: `{"error":"${'x'.repeat(300)}"}`,
  tookMs: 1_200,
}

const disagreeing: ScenarioReport = {
  ...report,
  clients: [
    saw('fetch', answered, late),
    saw('https', answered, late),
    saw('python', failed('URLError', 'timed out'), {
      broke: 'tls',
      noticed: undefined,
      marks: marks('vvv~......'),
      because: 'the certificate came 1000 ms later than in the healthy call',
    }),
    saw('requests', failed('ReadTimeout', 'timed out'), {
      broke: 'tls',
      noticed: undefined,
      marks: marks('vvv~......'),
      because: 'the certificate came 1200 ms later than in the healthy call',
    }),
    saw('curl', healthy, {
      broke: undefined,
      noticed: undefined,
      marks: marks('vvvvvvvvvv'),
      because: 'nothing differs from the healthy call',
    }),
  ],
}

test('where clients disagree, each group has its line, with its names in front', () => {
  const lines = linesAt(80, disagreeing)
  expect(block(lines, '  fetch, https')).toEqual([
    '  fetch, https',
    '    request ✓  dns –       network ✗     tls →      server →',
    '    backend ✓  database →  response 504  reply 504  app !',
    '  python, requests',
    '    request ✓  dns ✓       network ✓     tls ~      server ·',
    '    backend ·  database ·  response ·    reply ·    app ·',
    '  curl',
    '    request ✓  dns ✓       network ✓     tls ✓      server ✓',
    '    backend ✓  database ✓  response ✓    reply ✓    app ✓  (unaffected)',
    '  ✓ as in the healthy call   ✗ broke here   → otherwise because of it',
    '  ! noticed here   ~ begun, never finished   · never reached',
    '  – not part of this call   504 the failure, carried onward',
  ])
  expect(block(lines, '  broke')).toEqual([
    '  broke     fetch, https: 03 network: the answer was NXDOMAIN; healthy: A',
    '            127.0.0.1',
    '            python, requests: 04 tls: the certificate came 1000 to 1200 ms later',
    '            than in the healthy call',
    '            curl: nowhere, nothing differs from the healthy call',
    '  noticed   10 app by fetch, https; python, requests do not say where; not by',
    '            curl',
    '  fired     2 questions of each client were answered NXDOMAIN',
    '  healed    2 clients: 200, 3 users',
  ])
})

test('names stand beside the steps where there is room', () => {
  const two = { ...disagreeing, clients: disagreeing.clients.slice(0, 4) }
  expect(block(linesAt(80, two), '  fetch, https ').slice(0, 2)).toEqual([
    '  fetch, https      request ✓  dns –       network ✗     tls →      server →',
    '                    backend ✓  database →  response 504  reply 504  app !',
  ])
  expect(block(linesAt(120, two), '  fetch, https ')[1]).toBe(
    '  python, requests  request ✓  dns ✓  network ✓  tls ~  server ·  backend ·  database ·  response ·    reply ·    app ·',
  )
})

test('of a body the beginning is shown, and how much more there is', () => {
  const line = (columns: number) =>
    linesAt(columns, disagreeing)
      .join(' ')
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/(x) (?=x)/g, '$1')
  expect(line(80)).toMatch(/status 504 \(after 1\.2 s\) as promised └ \{"error":"x{150}\.\.\. \(152 more in/)
  expect(line(60)).toContain('... (152 more in the report)')
})

test('each error of a chain stands below the one it was made from, but for what that one says already', () => {
  const errors = [
    { name: 'TypeError', message: 'fetch failed' },
    { name: 'AggregateError', message: '', code: 'ETIMEDOUT' },
    { name: 'Error', message: 'connect ETIMEDOUT 10.0.0.1:443', code: 'ETIMEDOUT' },
    { name: 'Error', message: 'connect ETIMEDOUT 10.0.0.1:443', code: 'ETIMEDOUT' },
    { name: 'SSLError', message: 'fetch failed', code: 'BAD_RECORD' },
    { name: 'Error', message: 'read \u001b[31m\n\u202ered' },
  ]
  const one = { ...report, clients: [saw('fetch', { kind: 'error', errors, tookMs: 1 })] }
  expect(block(linesAt(80, one), '  fetch')).toEqual([
    '  fetch     TypeError: fetch failed                                  as promised',
    '            └ AggregateError (ETIMEDOUT)',
    '            └ connect ETIMEDOUT 10.0.0.1:443',
    '            └ BAD_RECORD',
    '            └ read \\u001b[31m \\u202ered',
  ])
  expect(linesAt(80, one)).toContain('  fired     2 questions were answered NXDOMAIN')
})

test('a broken promise says so beside the client, and what it was below', () => {
  const broken: ScenarioReport = {
    ...report,
    outcome: 'mismatch',
    problems: ['scenario dns-failure: fetch expected code "EAI_AGAIN", saw "ENOTFOUND"'],
    clients: [
      {
        ...report.clients[0]!,
        differences: [{ field: 'code', expected: '"EAI_AGAIN"', saw: '"ENOTFOUND"' }],
      },
      report.clients[1]!,
    ],
  }
  const lines = linesAt(80, broken)
  expect(block(lines, '  fetch')[0]).toBe(
    '  fetch     TypeError: fetch failed                 ✗ not as promised: see below',
  )
  expect(block(linesAt(60, broken), '  fetch').slice(0, 4)).toEqual([
    '  fetch     TypeError: fetch failed',
    '            └ getaddrinfo ENOTFOUND api.example.test',
    '            ✗ not as promised: see below',
    '  requests  ConnectionError:                     as promised',
  ])
  expect(block(lines, '  problem')).toEqual([
    '  problem   scenario dns-failure: fetch expected code "EAI_AGAIN", saw',
    '            "ENOTFOUND"',
  ])
  expect(lines.join()).not.toContain('Retrying will not help')
  expect(lines.join()).toContain('  MISMATCH  0.7 s')
})

test('what a machine counted of all clients together is not said of each', () => {
  const fired = { count: 1, of: 'all clients', counted: '5 statements', text: '5 statements slept' } as const
  const clients = report.clients.slice(0, 2).map((client) => ({ ...client, fired }))
  expect(linesAt(80, { ...report, clients })).toContain(
    '  fired     5 statements of all clients together slept',
  )
})

test('numbers that differ from client to client become ranges, other words lines of their own', () => {
  const said = (text: string) => ({ count: 1, of: 'client', text }) as const
  const of = (one: string, other: string) => {
    const clients = [
      { ...report.clients[0]!, fired: said(one) },
      { ...report.clients[1]!, fired: said(other) },
    ]
    const lines = linesAt(80, { ...report, clients })
    const from = lines.findIndex((line) => line.startsWith('  fired'))
    return lines.slice(
      from,
      lines.findIndex((line) => line.startsWith('  healed')),
    )
  }
  expect(of('a probe of 127.0.0.1:443: 3 of 9 lost', 'a probe of 127.0.0.2:443: 4 of 9 lost')).toEqual([
    '  fired     for each client: a probe of 127.0.0.1:443: 3 to 4 of 9 lost',
  ])
  expect(of('1 SYN was lost', '2 SYNs were lost')).toEqual([
    '  fired     fetch: 1 SYN was lost',
    '            requests: 2 SYNs were lost',
  ])
})

test.each([50, 60, 78, 80, 100, 119, 120, 200])(
  'no line is wider than %d columns, but what is to be copied',
  (columns) => {
    const wide = [report, disagreeing].flatMap((each) =>
      linesAt(columns, each).filter((line) => line.length > columns && !line.startsWith('  see it ')),
    )
    expect(wide).toEqual([])
  },
)

test('no width hides a word that another one shows', () => {
  const text = (columns: number, of: ScenarioReport) => {
    const sorted = linesAt(columns, of).join('').replaceAll(/\s+/g, '')
    return [...sorted].sort().join('')
  }
  for (const columns of [50, 60, 120, 200]) {
    expect(text(columns, report)).toBe(text(80, report))
    expect(text(columns, disagreeing)).toBe(text(80, disagreeing))
  }
})

test('the width is that of the stream written to, unless COLUMNS says otherwise', () => {
  const terminal = Object.assign(new PassThrough(), { columns: 72 })
  expect(screenOf(terminal, {}).columns).toBe(72)
  expect(screenOf(terminal, { COLUMNS: '60' }).columns).toBe(60)
  expect(screenOf(terminal, { COLUMNS: 'wide' }).columns).toBe(72)
  expect(screenOf(terminal, { COLUMNS: '5' }).columns).toBe(50)
  expect(screenOf(new PassThrough(), {}).columns).toBe(140)
})

test('a terminal gets colours; a pipe, or NO_COLOR, gets none, and the same words', () => {
  const terminal = Object.assign(new Writable(), {
    isTTY: true,
    columns: 100,
    getColorDepth: WriteStream.prototype.getColorDepth,
  })
  const onTerminal = () => {
    const screen = screenOf(terminal, {})
    return [...openingLines(disagreeing, screen), ...closingLines(disagreeing, screen)]
  }
  const inPipe = linesAt(100, disagreeing)
  vi.stubEnv('TERM', 'xterm-256color')
  // Node looks at all of these.
  for (const name of ['CI', 'NO_COLOR', 'FORCE_COLOR', 'NODE_DISABLE_COLORS']) vi.stubEnv(name, undefined)
  const coloured = onTerminal()
  expect(coloured.join('')).toContain('\u001b[')
  expect(inPipe.join('')).not.toContain('\u001b')
  expect(coloured.map((line) => stripVTControlCharacters(line))).toEqual(inPipe)
  vi.stubEnv('NO_COLOR', '1')
  expect(onTerminal()).toEqual(inPipe)
})

test('a problem fits the terminal, with what is to be typed whole; a pipe gets it in one line', () => {
  const message =
    'sandbox: break dns.nxdomain: expected nothing broken, saw dns.servfail armed. Undo it first: npm run sandbox -- heal --sandbox=127.0.1.2. Or type the same again\nother: expected this, saw that'
  expect(problemText(message, { columns: 60 }, {}).split('\n')).toEqual([
    'sandbox: break dns.nxdomain: expected nothing broken, saw',
    '  dns.servfail armed. Undo it first:',
    '  npm run sandbox -- heal --sandbox=127.0.1.2. Or type the',
    '  same again',
    'other: expected this, saw that',
  ])
  expect(problemText(message, {}, {})).toBe(message)
  expect(problemText(message, { columns: 60 }, { COLUMNS: '300' })).toBe(message)
})
