import { PassThrough, Writable } from 'node:stream'
import { WriteStream } from 'node:tty'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, expect, test, vi } from 'vitest'
import type { Symptom } from '../../sandbox/clients/common/symptom.ts'
import { type Step, steps } from '../../sandbox/language/steps.ts'
import { screenOf } from '../../sandbox/report/screen.ts'
import { closingLines, openingLines } from '../../sandbox/report/terminal.ts'
import type { StepMark } from '../../sandbox/run/diagnosis/diagnosis.ts'
import type { ClientReport, ScenarioReport } from '../../sandbox/run/report.ts'

// The lines for people: the same words at every width, none of them cut off by the terminal.

afterEach(() => {
  vi.unstubAllEnvs()
})

const healthy: Symptom = { kind: 'response', status: 200, errors: [], data: [1, 2, 3], tookMs: 11 }

function failed(name: string, message: string, cause?: { code: string; message: string }): Symptom {
  const outer = { name, message }
  return {
    kind: 'error',
    errors: cause === undefined ? [outer] : [outer, { name: 'Error', ...cause }],
    tookMs: 4,
  }
}

function saw(client: ClientReport['client'], symptom: Symptom): ClientReport {
  const marks = Object.fromEntries(
    steps.map((step): [Step, StepMark] => [
      step,
      step === 'request' ? 'done' : step === 'dns' ? 'broke' : 'unreached',
    ]),
  ) as Record<Step, StepMark>
  return {
    client,
    symptom,
    differences: [],
    diagnosis: {
      broke: 'dns',
      noticed: 'dns',
      marks,
      because: 'DNS answer: A NXDOMAIN, AAAA NXDOMAIN; healthy: A NOERROR: A 127.0.0.1, AAAA NOERROR',
    },
    fired: { count: 2, text: '2 questions, 2 × NXDOMAIN' },
  }
}

const report: ScenarioReport = {
  id: 'dns-failure',
  title: 'The API host name does not exist (NXDOMAIN)',
  file: 'scenarios/02-dns/dns-failure.ts',
  world: 'sealed',
  worldReason: 'namespaces work here',
  versions: { node: '24.21.0', postgres: '18.4' },
  fault: { id: 'dns.nxdomain', step: 'dns', summary: 'nxdomain api.example.test', parameters: {} },
  steady: [{ client: 'fetch', symptom: healthy }],
  healed: [{ client: 'fetch', symptom: healthy }],
  outcome: 'pass',
  problems: [],
  clients: [
    saw(
      'fetch',
      failed('TypeError', 'fetch failed', {
        code: 'ENOTFOUND',
        message: 'getaddrinfo ENOTFOUND api.example.test',
      }),
    ),
    saw(
      'requests',
      failed(
        'ConnectionError',
        `HTTPSConnectionPool(host='api.example.test', port=443): Max retries exceeded`,
      ),
    ),
    { client: 'chromium', skipped: 'not installed: apt-get install chromium libnss3-tools' },
  ],
  lesson: {
    story: '',
    why: 'The resolver answered "no such name", so no socket was ever opened. Retrying will not help.',
    seeIt: 'dig api.example.test, and then getent hosts api.example.test in the same terminal',
    looksLike: 'servfail (EAI_AGAIN), no-answer (EAI_AGAIN, slow)',
  },
  tookMs: 700,
}

function linesAt(columns: number): string[] {
  const screen = { columns, stream: new PassThrough() }
  return [...openingLines(report, screen), ...closingLines(report, screen)]
}

test('a report reads like this', () => {
  expect(linesAt(140)).toEqual([
    '',
    'dns-failure   The API host name does not exist (NXDOMAIN)',
    '  sealed · Node 24.21 · Postgres 18.4 (namespaces work here)',
    '',
    '  steady   200, 3 users in 11 ms',
    '  break    02 dns   nxdomain api.example.test',
    '',
    '   client     01 02 03 04 05 06 07 08 09 10   saw                                                                                promised',
    '   fetch      ✓  ✗                            TypeError: fetch failed                                                            ✓',
    '                                              └ getaddrinfo ENOTFOUND api.example.test',
    "   requests   ✓  ✗                            ConnectionError: HTTPSConnectionPool(host='api.example.test', port=443): Max ...   ✓",
    "                                              └ ConnectionError: HTTPSConnectionPool(host='api.example.test',",
    '                                                port=443): Max retries exceeded',
    '   chromium   skipped: not installed: apt-get install chromium libnss3-tools',
    '',
    '  broke    02 dns    noticed 02 dns',
    '  because  DNS answer: A NXDOMAIN, AAAA NXDOMAIN; healthy: A NOERROR: A 127.0.0.1, AAAA NOERROR',
    '  fired    2 questions, 2 × NXDOMAIN',
    '  healed   200, 3 users in 11 ms',
    '',
    '  why      The resolver answered "no such name", so no socket was ever opened. Retrying will not help.',
    '  see it   dig api.example.test, and then getent hosts api.example.test in the same terminal',
    '  like     servfail (EAI_AGAIN), no-answer (EAI_AGAIN, slow)',
    '',
    '  PASS  0.7 s',
  ])
})

test('on a narrow terminal what a client saw stands below its marks', () => {
  expect(linesAt(50).slice(9, 17)).toEqual([
    '   client     01 02 03 04 05 06 07 08 09 10   kept',
    '   fetch      ✓  ✗                            ✓',
    '     TypeError: fetch failed',
    '     └ getaddrinfo ENOTFOUND api.example.test',
    '   requests   ✓  ✗                            ✓',
    '     ConnectionError: HTTPSConnectionPool(host=...',
    '   chromium   skipped: not installed: apt-get',
    '              install chromium libnss3-tools',
  ])
})

test.each([50, 60, 78, 80, 100, 120])('no line is wider than %d columns', (columns) => {
  const wide = linesAt(columns).filter((line) => line.length > columns)
  expect(wide).toEqual([])
})

test('a narrow terminal hides no client, no verdict and no word of the lesson', () => {
  const words = (columns: number) => new Set(linesAt(columns).slice(16).join(' ').split(/\s+/))
  expect([...words(50)]).toEqual(expect.arrayContaining([...words(140)]))
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
  const onTerminal = () => closingLines(report, screenOf(terminal, {}))
  const inPipe = linesAt(100).slice(7)
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
