import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { root } from '../support/command.ts'

// What stands under scenarios/ and would be left out, and what a person may type for a scenario that is none: in a copy
// of the project, since the project's own catalogue is right.

let copy: string

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'catalogue-'))
  cpSync(join(root, 'sandbox'), join(copy, 'sandbox'), { recursive: true })
  cpSync(join(root, 'package.json'), join(copy, 'package.json'))
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
})
afterAll(() => rmSync(copy, { recursive: true, force: true }))

beforeEach(() => {
  for (const name of ['scenarios', 'my']) rmSync(join(copy, name), { recursive: true, force: true })
  write('scenarios/02-dns/nxdomain.ts')
})

const lesson = "lesson: { story: 'x', why: 'x', seeIt: 'x', clue: /x/, looksLike: 'x' },"

const file = (fault = 'dns.nxdomain', extra = lesson) =>
  `import { ${fault.split('.')[0]}, scenario } from '#sandbox/${fault.split('.')[0]}'
export default scenario({
  title: 'x',
  break: ${fault}(),
  expect: { fetch: { code: 'X' } },
  ${extra}
})
`

function write(path: string, text = file()): void {
  mkdirSync(dirname(join(copy, path)), { recursive: true })
  writeFileSync(join(copy, path), text)
}

function scenario(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(
    'npm',
    ['run', '--silent', 'scenario', '--', '--client=fetch', '--world=portable', ...words],
    { cwd: copy, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } },
  )
  return { code: status, stdout, lines: stderr.split('\n').filter(Boolean) }
}

function listed(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    'npm',
    ['run', '--silent', 'scenario', '--', '--list', ...words],
    {
      cwd: copy,
      encoding: 'utf8',
    },
  )
  return { code: status, stdout, lines: stderr.split('\n').filter(Boolean) }
}

test('a catalogue in which everything has its place is listed', () => {
  write('scenarios/README.md', 'words')
  write('scenarios/02-dns/notes.md', 'words')
  const { code, stdout, lines } = listed()
  expect(lines).toEqual([])
  expect(stdout).toMatch(/^02 dns +nxdomain +x$/m)
  expect(code).toBe(0)
})

test('words list the scenarios that have all of them, wherever they stand in one', () => {
  const { code, stdout } = listed('NXDOMAIN', 'Dns')
  expect(stdout).toMatch(/^02 dns +nxdomain +x$/m)
  expect(code).toBe(0)
  const none = listed('nxdomain', 'gzipp')
  expect(none).toEqual({
    code: 2,
    stdout: '',
    lines: [
      'npm run scenario: --list: expected words that a scenario has, saw "nxdomain gzipp", which none has. All of them: npm run scenario -- --list',
    ],
  })
})

const folders =
  'the folders: 01-request, 02-dns, 03-network, 04-tls, 05-server, 06-backend, 07-database, 08-response, 09-reply, 10-app'

test('files that would be left out are told, each with where it belongs, by --list and by --all', () => {
  write('scenarios/loose.ts')
  write('scenarios/tls/expired.ts')
  write('scenarios/04-tls/more/deep.ts')
  write('scenarios/04-tls/Foo_Bar.ts', file('tls.expired'))
  write('scenarios/04-tls/script.mjs')
  write('scenarios/04-tls/nxdomain.ts', file('tls.expired'))
  const wanted = [
    'scenarios/04-tls/Foo_Bar.ts: expected a name in kebab-case (small letters, digits, hyphens), such as slow-query.ts, saw Foo_Bar.ts. Rename it',
    `scenarios/04-tls/more/deep.ts: expected a scenario in the folder of its step, saw it in scenarios/04-tls/more/. Move it there, or out of scenarios/; ${folders}`,
    'scenarios/04-tls/nxdomain.ts: expected an id of its own, saw that of scenarios/02-dns/nxdomain.ts. Rename one',
    'scenarios/04-tls/script.mjs: expected a scenario file, *.ts, saw script.mjs. Rename it',
    `scenarios/loose.ts: expected a scenario in the folder of its step, saw it in scenarios/. Move it there, or out of scenarios/; ${folders}`,
    `scenarios/tls/expired.ts: expected a scenario in the folder of its step, saw it in scenarios/tls/. Move it there, or out of scenarios/; ${folders}`,
  ]
  expect(listed()).toEqual({ code: 2, stdout: '', lines: wanted })
  expect(scenario('--all')).toEqual({ code: 2, stdout: '', lines: wanted })
})

test('a scenario in the folder of another step, or without a lesson, is told with its place', () => {
  write('scenarios/02-dns/expired.ts', file('tls.expired'))
  write('scenarios/04-tls/bare.ts', file('tls.expired', ''))
  write('scenarios/04-tls/half.ts', file('tls.expired', "lesson: { story: 'x', why: 'x' },"))
  const wanted = [
    "scenarios/02-dns/expired.ts:4:3: break: expected a fault of the folder's step, 02-dns, saw tls.expired. Move the file to scenarios/04-tls/",
    'scenarios/04-tls/bare.ts:2:1: lesson: expected story, why, seeIt, clue, looksLike, as every file under scenarios/ has, saw no lesson. Write it, or keep the file outside of scenarios/',
    'scenarios/04-tls/half.ts:6:3: lesson: expected seeIt, clue, looksLike, as every file under scenarios/ has, saw none. Write it, or keep the file outside of scenarios/',
  ]
  expect(listed()).toEqual({ code: 2, stdout: '', lines: wanted })
  expect(scenario('bare')).toEqual({ code: 2, stdout: '', lines: [wanted[1]] })
})

test('a folder is run: the scenario files right in it, which need no lesson', () => {
  write('my/one.ts', file('dns.nxdomain', ''))
  write('my/two.ts', file('dns.nxdomain', ''))
  write('my/deeper/three.ts', 'export default 3')
  write('my/README.md', 'words')
  const { code, stdout } = scenario('my/')
  expect(stdout).toMatch(/^one {3}x$/m)
  expect(stdout).toMatch(/^two {3}x$/m)
  expect(stdout).toContain('2 scenarios: 2 mismatch')
  expect(code).toBe(1)
  expect(scenario('my').stdout).toContain('2 scenarios')
})

test.each<[what: string, word: string, answer: RegExp]>([
  [
    'a folder without scenarios',
    'my/empty',
    /^scenario my\/empty: expected scenario files, \*\.ts, right in this folder, saw none\. All of the project: npm run scenario -- --all$/,
  ],
  [
    'a file that is no program',
    'README.md',
    /^scenario README\.md: expected a scenario file, \*\.ts, saw README\.md$/,
  ],
  [
    'a file with a name that is no id',
    'my/Foo_Bar.ts',
    /^scenario my\/Foo_Bar\.ts: expected a name in kebab-case .*, saw Foo_Bar\.ts\. Rename it$/,
  ],
  [
    'the name of such a file in the catalogue',
    'Foo_Bar',
    /^scenarios\/04-tls\/Foo_Bar\.ts: expected a name in kebab-case .*, saw Foo_Bar\.ts\. Rename it$/,
  ],
  [
    'a name that is no id',
    'Foo_Baz',
    /^scenario Foo_Baz: expected an id in kebab-case \(small letters, digits, hyphens\), saw "Foo_Baz"\. All of them: npm run scenario -- --list$/,
  ],
  [
    'a slip',
    'nxdomian',
    /^scenario nxdomian: expected the id of a scenario, saw none of this name\. Did you mean "nxdomain"\? All of them: /,
  ],
  [
    'a path to nothing',
    'my/none.ts',
    /^scenario my\/none\.ts: expected a file or a folder, saw none at \/.*\/my\/none\.ts$/,
  ],
  ['nothing', '', /^scenario "": expected an id in kebab-case .*, saw ""\./],
  ['a device', '/dev/null', /^scenario \/dev\/null: expected a file or a folder, saw something else$/],
])('%s is answered in one line, before anything starts', (_what, word, answer) => {
  write('README.md', 'words')
  write('my/Foo_Bar.ts')
  write('my/empty/notes.md', 'words')
  write('scenarios/04-tls/Foo_Bar.ts', file('tls.expired'))
  expect(scenario(word)).toEqual({ code: 2, stdout: '', lines: [expect.stringMatching(answer)] })
})

const exits = 'expected a file that leaves the end of the process to the runner, saw process.exit(0)'
const ends = 'expected a file that runs to its end, saw it throw'

test.each<[what: string, line: string, answer: string]>([
  ['ends the process', 'process.exit(0)', `my/x.ts:9:9: ${exits}`],
  ['ends the process later', 'setTimeout(() => process.exit(0))', `my/x.ts:9:26: ${exits}`],
  ['throws in a timer', "setTimeout(() => { throw new Error('late') })", `my/x.ts:9:26: ${ends} Error: late`],
  ['leaves a rejected promise', "Promise.reject(new Error('no'))", `my/x.ts:9:16: ${ends} Error: no`],
  ['leaves a promise that is rejected with a text', "Promise.reject('no')", `my/x.ts: ${ends} "no"`],
  [
    'leaves a promise whose error has no place in any file',
    "import('node:fs/promises').then((fs) => fs.readFile('/nope'))",
    `my/x.ts: ${ends} Error: ENOENT: no such file or directory, open '/nope'`,
  ],
  [
    'leaves a socket that fails',
    "import('node:net').then((net) => net.connect(1, '127.0.0.254'))",
    `my/x.ts: ${ends} Error: connect ECONNREFUSED 127.0.0.254:1`,
  ],
  ['throws', "throw new Error('no')", `my/x.ts:9:7: ${ends} Error: no`],
])('a file that %s is wrong: no success, and no bug of ours', (_what, line, answer) => {
  write('my/x.ts', `${file('dns.nxdomain', '')}\n${line}\n`)
  expect(scenario('my/x.ts')).toEqual({ code: 2, stdout: '', lines: [answer] })
})

test('a file that only asks for the end, and goes on, is run', () => {
  write('my/x.ts', `${file('dns.nxdomain', '')}\ntry { process.exit(0) } catch {}\n`)
  const { code, stdout } = scenario('my/x.ts')
  expect(stdout).toContain('MISMATCH')
  expect(code).toBe(1)
})

test('a file that imports one with a mistake says which', () => {
  write('my/x.ts', `import './y.ts'\n${file('dns.nxdomain', '')}`)
  write('my/y.ts', "throw new Error('no')\n")
  expect(scenario('my/x.ts').lines).toEqual([
    `my/x.ts:3:1: ${ends} Error: no (my/y.ts:1:7, which it imports)`,
  ])
  write('my/y.ts', 'export const y: number = (\n')
  expect(scenario('my/x.ts').lines).toEqual([
    'my/x.ts:3:1: expected imports that can be read, saw the syntax of my/y.ts:1 wrong: Expression expected',
  ])
})

test('--report=json never meets a value that it cannot write: the check refuses it first', () => {
  write('my/x.ts', file('dns.nxdomain', '').replace("{ code: 'X' }", '{ body: { deep: [1n] } }'))
  const { code, stdout, lines } = scenario('my/x.ts', '--report=json')
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(lines).toEqual([
    expect.stringMatching(
      /^my\/x\.ts:5:\d+: expect\.fetch\.body\.deep\.0: expected what JSON carries: .* saw 1n\. /,
    ),
  ])
})
