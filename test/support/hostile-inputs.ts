import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { type Node, parse } from 'acorn'
import { full } from 'acorn-walk'
import fc from 'fast-check'
import { listScenarioFiles } from '../../sandbox/run/file/scenario-file.ts'
import { canSeal } from './can-seal.ts'
import { root } from './command.ts'

/** What a person, a script or an editor can do to a command that still must end it well. */
export interface HostileInput {
  readonly kind: 'file' | 'words' | 'environment' | 'url'
  /** Behind `npm run`. `FILE` stands for the scenario file. */
  readonly words: readonly string[]
  /** The text of the scenario file. */
  readonly file?: string
  /** `undefined`: the variable is taken away. `$S` stands for a folder of this run's own. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Shell lines before the command, in namespaces of their own: limits, umask, mounts. */
  readonly before: readonly string[]
}

export interface Failure {
  readonly input: HostileInput
  readonly why: string
  readonly stdout: string
  readonly stderr: string
}

export interface Outcomes {
  readonly seed: number
  /** How often each kind of input ended with each exit code. */
  readonly table: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly failures: readonly Failure[]
}

/** Above every limit of the product's own that such an input can meet: 15 s for an answer of a server, each once. */
const hangsAfterMs = 60_000

const run = ['scenario', 'dns-failure', '--client=fetch', '--world=portable']

// ---- scenario files, changed on their syntax tree

/** Small enough to be run at all. */
const numbers = ['-1', '0', '-0', '0.5', '1', '3000', '2 ** 53', '1e400', 'NaN', '10n']
const values = [
  ...numbers,
  ...['undefined', 'null', 'true', "''", "'\\0'", "'x'.repeat(1e6)", '/x/', '[]', '{}', '[[[]]]'],
  ...[
    'Symbol()',
    '() => {}',
    'new Date(NaN)',
    'new Map()',
    'Object.create(null)',
    'new Array(1e6)',
    'process',
  ],
  '(() => { const own = {}; own.own = own; return own })()',
  "new Proxy({}, { get() { throw new Error('read') }, ownKeys() { throw new Error('keys') } })",
  "{ toString() { throw new Error('text') }, toJSON() { throw new Error('json') } }",
  "(() => { throw new Error('thrown') })()",
  'process.exit(0)',
  "Promise.reject(new Error('rejected'))",
  "{ get status() { throw new Error('got') } }",
]
const statements = [
  ...[0, 1, 3, 70].map((code) => `process.exit(${code})`),
  ...[
    'process.reallyExit(0)',
    'process.exitCode = 0',
    "throw new Error('top')",
    'throw null',
    'throw undefined',
  ],
  ...['setTimeout(() => process.exit(0), 5)', "setTimeout(() => { throw new Error('timer') }, 5)"],
  ...[
    "Promise.reject(new Error('rejected'))",
    'Promise.reject(undefined)',
    'setImmediate(() => { throw 1 })',
  ],
  ...['process.nextTick(() => { throw null })', "queueMicrotask(() => { throw new Error('micro') })"],
  ...["process.on('exit', () => process.exit(0))", "process.on('exit', () => { process.exitCode = 0 })"],
  ...["process.emit('SIGTERM')", "process.kill(process.pid, 'SIGKILL')", 'process.stdout.write = () => true'],
  ...['delete globalThis.process', 'Array.prototype.map = undefined', 'globalThis.Promise = undefined'],
  ...["process.chdir('/')", "import './absent.ts'", "import absent from 'absent'", 'export const more = 1'],
  ...['const again = () => again()\nagain()', 'setInterval(() => {}, 1000)', 'await 0'],
]
/** Each is noticed after 10 s. */
const endless = [
  'for (;;) {}',
  'setTimeout(() => { for (;;) {} }, 5)',
  'await new Promise(() => {})',
  'const again = () => Promise.resolve().then(again)\nagain()',
]

type Change = (source: string, nodes: readonly Node[], pick: (max: number) => number) => string

const cut = (source: string, { end, start }: Node, text: string) =>
  source.slice(0, start) + text + source.slice(end)
const isValue = ({ type }: Node) => /Expression|Literal|Identifier/.test(type)
const ofType = (nodes: readonly Node[], type: string) => nodes.filter((node) => node.type === type)

const changes: Readonly<Record<string, Change>> = {
  'another value': (source, nodes, pick) => {
    const among = nodes.filter(isValue)
    return cut(source, among[pick(among.length)]!, values[pick(values.length)]!)
  },
  'a key less': (source, nodes, pick) => {
    const among = ofType(nodes, 'Property')
    const node = among[pick(among.length)]!
    return source.slice(0, node.start) + source.slice(node.end).replace(/^\s*,/, '')
  },
  'a key twice': (source, nodes, pick) => {
    const among = ofType(nodes, 'Property')
    const node = among[pick(among.length)]!
    const text = source.slice(node.start, node.end)
    return cut(source, node, `${text}, ${text}`)
  },
  'a key of another name': (source, nodes, pick) => {
    const among = ofType(nodes, 'Property') as (Node & { key: Node })[]
    const { key } = among[pick(among.length)]!
    const names = ['titel', '__proto__', 'constructor', 'toString', '[Symbol.iterator]', "''", '0', 'then']
    return cut(source, key, names[pick(names.length)]!)
  },
  'one value for another': (source, nodes, pick) => {
    const among = nodes.filter(isValue)
    const from = among[pick(among.length)]!
    return cut(source, among[pick(among.length)]!, source.slice(from.start, from.end))
  },
  'a statement more': (source, _nodes, pick) => {
    const all = pick(40) === 0 ? endless : statements
    const text = all[pick(all.length)]!
    return pick(2) === 0 ? `${text}\n${source}` : `${source}\n${text}\n`
  },
  'a statement less': (source, nodes, pick) => {
    const { body } = nodes.find(({ type }) => type === 'Program') as Node & { body: readonly Node[] }
    return cut(source, body[pick(body.length)]!, '')
  },
  'a piece less': (source, _nodes, pick) => {
    const start = pick(source.length)
    return source.slice(0, start) + source.slice(start + 1 + pick(20))
  },
}

/** Changes as many times as it can still be read. */
function changed(source: string, kinds: readonly string[], draws: readonly number[]): string {
  let text = source
  let drawn = 0
  const pick = (max: number) => {
    drawn += 1
    return draws[drawn % draws.length]! % Math.max(1, max)
  }
  for (const kind of kinds) {
    const nodes: Node[] = []
    try {
      full(parse(text, { ecmaVersion: 'latest', sourceType: 'module' }), (node) => nodes.push(node))
    } catch {
      return text
    }
    try {
      text = changes[kind]!(text, nodes, pick)
    } catch {
      // Nothing of this kind is in it.
    }
  }
  return text
}

const scenarioTexts = [...listScenarioFiles().values()]
  .map((file) => stripTypeScriptTypes(readFileSync(file, 'utf8')))
  .filter((text) => /\b(fetch|https|all):/.test(text))

const fileInputs: fc.Arbitrary<HostileInput> = fc
  .record({
    text: fc.constantFrom(...scenarioTexts),
    kinds: fc.array(fc.constantFrom(...Object.keys(changes)), { minLength: 1, maxLength: 3 }),
    draws: fc.array(fc.nat(1_000_000), { minLength: 12, maxLength: 12 }),
  })
  .map(({ text, kinds, draws }) => ({
    kind: 'file',
    words: ['scenario', 'FILE', '--client=fetch', '--world=portable'],
    file: changed(text, kinds, draws),
    environment: {},
    before: [],
  }))

// ---- the words of a command line

const oddText = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '-',
    '--',
    '---',
    '=',
    '--=',
    '\n',
    '\u202e',
    'ä',
    '*',
    '$(id)',
    '../..',
    '/',
    '/dev/null',
  ),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'x'.repeat(10_000), '%ff', '0', '-1', '1e9', 'NaN'),
  // Ended by NUL, a word cannot hold one.
  fc.string({ maxLength: 12 }).map((text) => text.replaceAll('\0', '')),
)
const flagNames = [
  'list',
  'step',
  'report',
  'client',
  'jobs',
  'table',
  'print-expect',
  'world',
  'database',
  'help',
]
const known = ['dns', 'tls', 'json', 'fetch', 'https', 'portable', 'worlds', 'diagnoses', '1', 'embedded']
const word = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('dns-failure', 'README.md', 'scenarios', 'nope', 'dns-failur', 'package.json'),
  },
  { weight: 4, arbitrary: fc.constantFrom(...flagNames).map((name) => `--${name}`) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...flagNames, 'sandbox', 'replace', 'nope'),
        fc.oneof(fc.constantFrom(...known), oddText),
      )
      .map(([name, value]) => `--${name}=${value}`),
  },
  { weight: 3, arbitrary: oddText },
)
/** A sandbox that stays is not to be started: a verb always comes first. */
const verbs = ['break', 'heal', 'status', 'trace', 'exec', 'nope', '--help', '--nope']

const wordInputs: fc.Arbitrary<HostileInput> = fc
  .tuple(
    fc.oneof(
      fc.constant(['scenario']),
      fc.constantFrom(...verbs).map((verb) => ['sandbox', verb]),
    ),
    fc.array(word, { maxLength: 5 }),
  )
  .map(([command, words]) => ({ kind: 'words', words: [...command, ...words], environment: {}, before: [] }))

// ---- the environment

const oddPath = fc.constantFrom<string | undefined>(
  ...[undefined, '', 'relative', '/proc/nope', '/dev/null', '/nonexistent/below', '$S/file', '$S/file/below'],
  ...[
    '$S/folder',
    '$S/a b',
    "$S/a'b",
    '$S/a"b',
    '$S/a$b',
    '$S/a%b',
    '$S/a\nb',
    '$S/ro',
    '$S/tiny',
    '$S/loop',
  ],
  ...[`/tmp/${'x'.repeat(300)}`, `$S/${'x/'.repeat(60)}`, `$S/${'long-name/'.repeat(500)}`],
)
const oddVariable = fc.oneof(
  fc.tuple(fc.constantFrom('HOME', 'TMPDIR', 'FAULTPATH_CACHE', 'XDG_CACHE_HOME'), oddPath),
  fc.tuple(fc.constantFrom('FAULTPATH_DATABASE', 'DATABASE_URL', 'FAULTPATH_SANDBOX'), oddText),
  fc.tuple(fc.constantFrom('PATH', 'TERM', 'COLUMNS', 'TZ', 'FORCE_COLOR', 'npm_config_world'), oddText),
  // Of a language with more than eleven letters Node itself dies, before it reads a line of ours.
  fc.tuple(
    fc.constantFrom('LANG', 'LC_ALL'),
    fc.constantFrom('', 'C', 'xx', 'POSIX', 'tr_TR.UTF-8', '%s_%n'),
  ),
)
const line = fc.constantFrom(
  ...['000', '027', '077', '777'].map((mask) => `umask ${mask}`),
  ...[24, 40, 64, 255, 256].map((count) => `ulimit -n ${count}`),
  ...['ulimit -v 1500000', 'ulimit -v 2100000', 'ulimit -c 0', 'ulimit -s 512'],
  ...['mount -t tmpfs -o size=64m tmpfs /dev/shm', 'mount -t tmpfs -o ro tmpfs /dev/shm'],
  ...[
    'mount -t tmpfs -o size=300m,nr_inodes=40 tmpfs /dev/shm',
    'exec 1>/dev/full',
    'exec 2>/dev/full',
    'exec 0<&-',
  ],
  ...['mkdir -m 777 /dev/shm/faultpath-0; touch /dev/shm/faultpath-0/x', 'touch /dev/shm/faultpath-0'],
)

const environmentInputs: fc.Arbitrary<HostileInput> = fc
  .record({
    variables: fc.array(oddVariable, { maxLength: 3 }),
    before: fc.array(line, { maxLength: 2 }),
  })
  .map(({ before, variables }) => ({
    kind: 'environment',
    words: run,
    environment: Object.fromEntries(variables),
    before: canSeal ? before : before.filter((each) => /^(umask|ulimit|exec)/.test(each)),
  }))

// ---- the URL of a database

const host = fc.constantFrom(
  ...[
    '127.0.0.1',
    '127.1',
    '127.0.0.999',
    'localhost',
    'LOCALHOST',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '2130706433',
  ],
  ...[
    '0.0.0.0',
    '[::]',
    'example.test',
    '',
    '%ff',
    '%2Ftmp',
    '[',
    '127.0.0.1.example.test',
    '١٢٧.0.0.1',
    'a b',
  ],
)
const part = fc.oneof(
  { weight: 3, arbitrary: fc.constant('a') },
  fc.constantFrom('a', '', '%ff', '%', '%00', 'ä', ':', '@', '/', '?x=1', '#x'),
  oddText,
)
const urlInputs: fc.Arbitrary<HostileInput> = fc
  .record({
    scheme: fc.constantFrom('postgres', 'postgresql', 'POSTGRES', 'http', '', 'file', 'javascript'),
    ...{ user: part, password: part, host, database: part },
    // Nothing listens on any of them: the network is empty.
    port: fc.constantFrom('', ':1', ':0', ':65535', ':65536', ':-1', ':x'),
    byFlag: fc.boolean(),
  })
  .map(({ byFlag, database, host: at, password, port, scheme, user }) => {
    const url = `${scheme}://${user}:${password}@${at}${port}/${database}`
    return {
      kind: 'url',
      words: byFlag ? [...run, `--database-url=${url}`] : run,
      environment: byFlag ? {} : { DATABASE_URL: url },
      before: [],
    }
  })

export const hostileInputs: fc.Arbitrary<HostileInput> = fc.oneof(
  { weight: 5, arbitrary: fileInputs },
  { weight: 2, arbitrary: wordInputs },
  { weight: 2, arbitrary: environmentInputs },
  { weight: 1, arbitrary: urlInputs },
)

// ---- what they come to

interface Ended {
  readonly code: number | string
  readonly stdout: string
  readonly stderr: string
}

/**
 * In namespaces of its own, where these can be had: no other sandbox is there to be spoken to, no port to be met, and
 * whatever it leaves behind ends with it.
 */
const apart = [
  '--user',
  '--map-root-user',
  '--mount',
  '--net',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
]
const ownPlace = [
  'ip link set lo up 2>/dev/null',
  'mount -t tmpfs tmpfs /dev/shm',
  'mkdir -p "$S/folder" "$S/ro" "$S/tiny" && touch "$S/file" && ln -sfn loop "$S/loop"',
  'mount -t tmpfs -o ro tmpfs "$S/ro" && mount -t tmpfs -o size=200k tmpfs "$S/tiny"',
]

async function end(input: HostileInput, scratch: string): Promise<Ended> {
  const folder = mkdtempSync(join(scratch, 'run-'))
  const file = join(folder, 'mutant.ts')
  if (input.file !== undefined) writeFileSync(file, input.file)
  const own = (text: string) => text.replaceAll('$S', () => folder)
  const environment: Record<string, string | undefined> = {
    ...process.env,
    ...{ NO_COLOR: '1', FAULTPATH_CACHE: join(scratch, 'cache'), S: folder },
  }
  for (const [name, value] of Object.entries(input.environment)) environment[name] = value && own(value)
  const words = input.words.map((each) => (each === 'FILE' ? file : own(each)))
  const script = [...(canSeal ? ownPlace : []), 'S=', ...input.before, 'exec "$@"'].join('\n')
  const command = ['/bin/sh', '-c', script, 'sh', process.execPath, 'sandbox/cli/main.mjs', ...words]
  const [program = '', ...args] = canSeal ? ['unshare', ...apart, ...command] : command
  // The shell needs a PATH before the command gets its own.
  const shell = { ...environment, PATH: process.env['PATH'], WANTED: environment['PATH'] }
  const withPath = args.map((each) =>
    each === script ? script.replace('exec "$@"', 'PATH=$WANTED exec "$@"') : each,
  )
  const child = spawn(program, withPath, { cwd: root, env: shell, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-20_000)
  })
  let hangs = false
  const patience = setTimeout(() => {
    hangs = true
    child.kill('SIGKILL')
  }, hangsAfterMs)
  const code = await new Promise<number | string>((resolve) =>
    child.once('close', (exit, signal) => resolve(signal ?? exit ?? 'none')),
  )
  clearTimeout(patience)
  rmSync(folder, { recursive: true, force: true })
  return { code: hangs ? 'hangs' : code, stdout, stderr }
}

/** What is wrong with how it ended; undefined where nothing is. */
function problem({ before, file = '' }: HostileInput, { code, stderr, stdout }: Ended): string | undefined {
  if (code === 'hangs') return `expected an end within ${hangsAfterMs / 1_000} s, saw none`
  if (code === 70 || /a bug of ours:/.test(stdout + stderr)) return 'expected no bug of ours, saw one'
  const isToFile = before.some((each) => each.startsWith('exec 1'))
  if (code === 0)
    return stdout.trim() !== '' || isToFile ? undefined : 'expected a report behind exit 0, saw nothing'
  // What a file does to its own process, and signals.
  if (typeof code === 'string' || code > 128)
    return /SIGKILL|SIGTERM/.test(file) ? undefined : `expected an end by its own code, saw ${code}`
  if (![1, 2, 3, 4, 5].includes(code)) return `expected a known exit code, saw ${code}`
  const isMute = before.some((each) => each.startsWith('exec '))
  return `${stdout}${stderr}`.trim() !== '' || isMute
    ? undefined
    : `expected a line behind exit ${code}, saw nothing`
}

/** Tries so many inputs, two at a time and the same for the same seed. */
export async function runProperties({
  runs,
  seed,
}: {
  readonly runs: number
  readonly seed: number
}): Promise<Outcomes> {
  const scratch = join(root, '.faultpath', `properties-${process.pid}`)
  mkdirSync(scratch, { recursive: true })
  const table: Record<string, Record<string, number>> = {}
  const failures: Failure[] = []
  try {
    // The cache is built once, not by each of the first.
    const first = { kind: 'words', words: run, environment: {}, before: [] } as const
    const warm = await end(first, scratch)
    if (warm.code !== 0) failures.push({ input: first, why: 'expected a healthy run', ...warm })
    const waiting = fc.sample(hostileInputs, { numRuns: runs, seed })
    const lane = async () => {
      for (let input = waiting.shift(); input !== undefined; input = waiting.shift()) {
        const ended = await end(input, scratch)
        table[input.kind] ??= {}
        const row = table[input.kind]!
        row[ended.code] = (row[ended.code] ?? 0) + 1
        const why = problem(input, ended)
        if (why !== undefined) failures.push({ input, why, stdout: ended.stdout, stderr: ended.stderr })
      }
    }
    await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, lane))
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  return { seed, table, failures }
}
