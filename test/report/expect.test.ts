import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Symptom } from '../../sandbox/clients/common/symptom.ts'
import type { ClientPromise } from '../../sandbox/language/scenario.ts'
import { expectLines } from '../../sandbox/report/expect.ts'
import { compare } from '../../sandbox/run/compare.ts'
import type { ClientReport, ScenarioReport } from '../../sandbox/run/report.ts'
import { npmRun, root } from '../support/command.ts'

// What was seen, as a promise: it is kept by what was seen, by what the next run sees in its place, and by nothing else.

const usual: Symptom = { kind: 'response', status: 200, errors: [], data: ['Ada'], tookMs: 5 }

function reportOf(clients: readonly ClientReport[], healed: Symptom = usual): ScenarioReport {
  const calls = (symptom: Symptom) => clients.map(({ client }) => ({ client, symptom }))
  return { clients, steady: calls(usual), healed: calls(healed) } as unknown as ScenarioReport
}

function failed(name: string, message: string, more: Partial<Symptom['errors'][number]> = {}): Symptom {
  return { kind: 'error', errors: [{ name, message, ...more }], tookMs: 5 }
}

/** The promise that a block holds for fetch. */
function promiseFor(symptom: Symptom, healed?: Symptom): ClientPromise {
  const lines = expectLines(reportOf([{ client: 'fetch', symptom }], healed), 'expect')
  const block = new Function(`return { ${lines.join('\n')} }`)() as { expect: { fetch: ClientPromise } }
  return block.expect.fetch
}

const messages: readonly (readonly [seen: string, next: string, other: string])[] = [
  [
    'connect ECONNREFUSED 127.0.0.1:443',
    'connect ECONNREFUSED 127.0.0.9:443',
    'connect EHOSTUNREACH 127.0.0.1:443',
  ],
  [
    'connect ETIMEDOUT 2001:db8::1:443',
    'connect ETIMEDOUT 2001:db8::5:443',
    'connect ETIMEDOUT 10.0.0.1:443',
  ],
  ['connect ECONNREFUSED ::1:20033', 'connect ECONNREFUSED ::1:20065', 'connect ECONNREFUSED ::1'],
  ['timed out after 1001 milliseconds', 'timed out after 998 milliseconds', 'timed out after a while'],
  [
    '<Connection object at 0x7f84>: refused',
    '<Connection object at 0x1a>: refused',
    '<Connection object>: refused',
  ],
  [
    '407DAB20757F0000:error:0A000460:SSL (a|b) [x]?\n',
    '00AA11BB22CC33DD:error:0A000460:SSL (a|b) [x]?\n',
    '407DAB20757F0000:error:0A000461:SSL (a|b) [x]?\n',
  ],
  [
    "GET https://api.example.test:41001/'users\\'",
    "GET https://api.example.test:9/'users\\'",
    'GET https://apiXexample.test:9/',
  ],
]

test.each(messages)('the pattern of %j matches %j, and not %j', (seen, next, other) => {
  const promise = promiseFor(failed('Error', seen))
  expect(compare(promise, failed('Error', seen))).toEqual([])
  expect(compare(promise, failed('Error', next))).toEqual([])
  expect(compare(promise, failed('Error', other))).toMatchObject([{ field: 'message' }])
})

test('each client has its own line; only where all five agree there is one for all', () => {
  const names = ['fetch', 'https', 'curl', 'python', 'requests'] as const
  const same = names.map((client) => ({ client, symptom: { ...usual, status: 204, data: undefined } }))
  expect(expectLines(reportOf(same as never), 'expect')).toEqual([
    '  expect: {',
    '    all: { status: 204 },',
    '  },',
  ])
  expect(expectLines(reportOf(same.slice(1) as never), 'portable')).toEqual([
    '  portable: {',
    '    https: { status: 204 },',
    '    curl: { status: 204 },',
    '    python: { status: 204 },',
    '    requests: { status: 204 },',
    '  },',
  ])
})

test('a command has its exit code, a refusal its body, and a call that hangs just that', () => {
  const lines = expectLines(
    reportOf([
      { client: 'curl', symptom: { ...failed('exit 28', "timeout 'x'"), exit: 28 } },
      {
        client: 'fetch',
        symptom: { ...usual, status: 401, data: undefined, bodyText: '{"error":"no-token"}' },
      },
      { client: 'https', symptom: { ...failed('Error', 'x', { code: 'E', syscall: 'read' }), attempts: 3 } },
      { client: 'python', symptom: { kind: 'hangs', errors: [], tookMs: 900 } },
      { client: 'chromium', skipped: 'it is not installed' },
    ]),
    'expect',
  )
  expect(lines).toEqual([
    '  expect: {',
    "    curl: { exit: 28, message: /timeout 'x'/ },",
    "    fetch: { status: 401, body: { error: 'no-token' } },",
    "    https: { name: 'Error', code: 'E', syscall: 'read', message: /x/, attempts: 3 },",
    "    python: 'hangs',",
    '    // chromium did not call: it is not installed',
    '  },',
  ])
})

test('headers are not promised: most of them are news of the machine, not of the fault', () => {
  const headers = { date: 'Mon, 30 Nov 2026 09:55:07 GMT', 'retry-after': '2' }
  expect(promiseFor({ ...usual, headers })).toEqual({ status: 200, data: ['Ada'] })
})

test('a client that kept its promise to be unaffected keeps it in print, and no other', () => {
  const client = { client: 'fetch', symptom: usual, promise: 'unaffected' } as const
  const line = (more: Partial<ClientReport>) => expectLines(reportOf([{ ...client, ...more }]), 'expect')[1]
  const seen = "    fetch: { status: 200, data: ['Ada'] },"
  expect(line({})).toBe("    fetch: 'unaffected',")
  expect(line({ promise: { status: 200 } })).toBe(seen)
  expect(line({ differences: [{ field: 'body', expected: 'x', saw: 'y' }] })).toBe(seen)
  expect(line({ diagnosis: { broke: 'network' } as never })).toBe(seen)
})

test('data that differs from one healthy call to the next is not promised', () => {
  expect(promiseFor(usual)).toEqual({ status: 200, data: ['Ada'] })
  expect(promiseFor(usual, { ...usual, data: ['Bob'] })).toEqual({ status: 200 })
})

test('without a broken call there is nothing to promise', () => {
  expect(expectLines(reportOf([{ client: 'curl', skipped: 'not here' }]), 'expect')).toEqual([])
})

const pasted = [
  ['dns', 'dns.nxdomain()', "{ fetch: { code: 'ECONNREFUSED' }, https: 'hangs' }"],
  ['backend', 'backend.throws()', '{ all: { status: 200 } }'],
] as const

test.each(pasted)(
  'what is printed of a run of %s is a promise that the next run keeps',
  async (step, fault, wrong) => {
    const folder = mkdtempSync(join(root, 'test', 'pasted-'))
    const file = join(folder, 'pasted.ts')
    const run = async (promises: string, ...flags: string[]) => {
      const lines = [
        `import { ${step}, scenario } from '#sandbox/${step}'`,
        `export default scenario({ title: 'Pasted', break: ${fault},`,
        promises,
        '})',
      ]
      writeFileSync(file, lines.join('\n'))
      return await npmRun(['scenario', file, '--', '--world=portable', ...flags]).done
    }
    try {
      const first = await run(`expect: ${wrong},`, '--print-expect')
      expect(first.stdout).toMatch(/^ {2}expect: \{\n/)
      expect(first.stderr).toMatch(/ MISMATCH /)
      expect(first.code).toBe(1)
      const second = await run(first.stdout)
      expect(second.stdout).toMatch(/ PASS /)
      expect(second.code).toBe(0)
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)
