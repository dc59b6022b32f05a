import { readdirSync, readFileSync, statSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Node, parse } from 'acorn'
import { full } from 'acorn-walk'
import { expect, test } from 'vitest'
import { camelCase, type FaultDefinition } from '../sandbox/language/fault.ts'
import { type Step, stepFolder, steps } from '../sandbox/language/steps.ts'
import { faultCatalogue } from '../sandbox/live/faults.ts'
import { listScenarioFiles, loadScenarioFile } from '../sandbox/run/file/scenario-file.ts'

// The conventions of the folders, as rules: each failure says which file, what is wrong, and what to do.

const root = fileURLToPath(new URL('..', import.meta.url))
const functionLinesMax = 70
const lessonWordsMax = 80

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => statSync(join(root, name)).isFile())
    .sort()
}

interface Import {
  readonly from: string
  readonly to: string
}

/** Imports between the project's own files; `#sandbox/dns` counts as the face it stands for. */
function importsOf(file: string, source: string): Import[] {
  const imports: Import[] = []
  const statement =
    /(?:^|\n)\s*(?:import|export)\s+(?:[^'"\n;]|\n)*?from\s+'([^']+)'|import\('([^']+)'\)|(?:^|\n)import '([^']+)'/g
  for (const [, from, dynamic, bare] of source.matchAll(statement)) {
    const target = from ?? dynamic ?? bare ?? ''
    const face = /^#sandbox(?:\/(\w+))?$/.exec(target)
    if (face !== null) {
      const step = face[1]
      const to = step === undefined ? 'sandbox/index.ts' : `sandbox/${stepFolder(step as Step)}/index.ts`
      imports.push({ from: file, to })
    } else if (target.startsWith('.')) {
      imports.push({ from: file, to: relative(root, resolve(root, dirname(file), target)) })
    }
  }
  return imports
}

/**
 * The rooms of `sandbox/`, from the ground up, a floor a line. Imports run down, or stay in their room: so what lives on
 * a floor can be read without what stands above it.
 */
const floors: readonly (readonly string[])[] = [
  ['errors'],
  ['host'],
  ['machines'],
  ['language'],
  [...steps.map(stepFolder), 'index.ts'],
  ['world'],
  ['clients'],
  ['run'],
  ['live', 'report'],
  ['cli'],
]

const roomOf = (file: string) => file.split('/')[1]!
const floorOf = (file: string) => floors.findIndex((rooms) => rooms.includes(roomOf(file)))

/** What the diagnosis may know: what was observed, and the names of the steps. No fault, no plan, no scenario. */
const blind = ['run/diagnosis/', 'language/steps.ts', 'machines/shared/trace.ts', 'clients/common/symptom.ts']

/** What is wrong with an import, or undefined. */
function wrongWay({ from, to }: Import): string | undefined {
  if (from.startsWith('sandbox/run/diagnosis/') && !blind.some((known) => to.startsWith(`sandbox/${known}`)))
    return 'the diagnosis knows observations only: no fault, no plan, no scenario'
  // The list of all steps hands on their faces.
  if (roomOf(from) === roomOf(to) || from === 'sandbox/index.ts') return undefined
  if (floorOf(from) < floorOf(to)) return `${roomOf(from)} stands below ${roomOf(to)}: imports run down`
  if (floorOf(from) === floorOf(to)) return `${roomOf(from)} and ${roomOf(to)} stand side by side`
  return undefined
}

const sources = filesBelow('sandbox').filter((file) => file.endsWith('.ts'))
const imports = sources.flatMap((file) => importsOf(file, readFileSync(join(root, file), 'utf8')))

test('every room stands on a floor', () => {
  const rooms = readdirSync(join(root, 'sandbox'))
  expect(rooms.filter((room) => !floors.flat().includes(room))).toEqual([])
})

test('imports run down', () => {
  const wrong = imports.flatMap((each) => {
    const why = wrongWay(each)
    return why === undefined ? [] : [`${each.from} imports ${each.to}: ${why}`]
  })
  expect(wrong).toEqual([])
})

/** A process that Node starts by itself has no pipes where no file can be opened, and says so too late. */
const startsProcesses = (source: string) =>
  /\{[^}]*\b(?:spawn|fork|exec|execFile)\b[^}]*\} from 'node:child_process'/.test(source)

test('processes are started in one place, which says what the machine refuses', () => {
  const files = sources.filter((file) => startsProcesses(readFileSync(join(root, file), 'utf8')))
  expect(files).toEqual(['sandbox/host/spawn.ts'])
  expect(startsProcesses("import { type ChildProcess, spawn } from 'node:child_process'")).toBe(true)
  expect(startsProcesses("import { spawnSync } from 'node:child_process'")).toBe(false)
})

/** Pairs of folders in which each imports the other: what is in them belongs together, or is cut at the wrong place. */
function bothWays(all: readonly Import[]): string[] {
  const pairs = all
    .map(({ from, to }) => [dirname(from), dirname(to)] as const)
    .filter(([from, to]) => from !== to)
  const known = new Set(pairs.map(([from, to]) => `${from} → ${to}`))
  return [...known].filter((pair) => known.has(pair.split(' → ').reverse().join(' → '))).sort()
}

test('no two folders import each other', () => {
  expect(bothWays(imports)).toEqual([])
  const back = { from: 'sandbox/host/clock.ts', to: 'sandbox/host/lifetime/watchdog.ts' }
  const down = { from: 'sandbox/host/lifetime/sweep.ts', to: 'sandbox/host/clock.ts' }
  expect(bothWays([back, down])).toHaveLength(2)
})

/** The first circle of imports, type-only ones too: what it takes to read each file is then the other, and so on. */
function circle(imports: readonly Import[]): readonly string[] | undefined {
  const targets = Map.groupBy(imports, ({ from }) => from)
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return undefined
    for (const { to } of targets.get(file) ?? []) {
      const found = visit(to, [...path, file])
      if (found !== undefined) return found
    }
    done.add(file)
    return undefined
  }
  for (const file of targets.keys()) {
    const found = visit(file, [])
    if (found !== undefined) return found
  }
  return undefined
}

test('imports make no circle', () => {
  // A face names itself: `dns.nxdomain` is what a scenario breaks.
  const others = imports.filter(({ from, to }) => from !== to)
  expect(circle(others)).toBeUndefined()
  const first = others[0]!
  expect(circle([...others, { from: first.to, to: first.from }])).toHaveLength(3)
})

// Without these the tests above could pass because they see no import at all.
test.each([
  ['sandbox/02-dns/nxdomain.ts', "import { x } from '../03-network/index.ts'", 'stand side by side'],
  ['sandbox/02-dns/nxdomain.ts', "import { World } from '../world/world.ts'", '02-dns stands below world'],
  ['sandbox/world/world.ts', "import type { Client } from '../clients/common/client.ts'", 'imports run down'],
  ['sandbox/machines/table.ts', "const { x } = await import('../02-dns/index.ts')", 'imports run down'],
  ['sandbox/live/control.ts', "import { x } from '../report/json.ts'", 'stand side by side'],
  [
    'sandbox/run/diagnosis/diagnosis.ts',
    "import type { Plan } from '../../machines/table.ts'",
    'observations',
  ],
  [
    'sandbox/run/diagnosis/diagnosis.ts',
    "import type { Fault } from '../../language/fault.ts'",
    'observations',
  ],
])('says so when %s has %s', (file, source, why) => {
  expect(importsOf(file, source).map(wrongWay).join()).toContain(why)
})

test('lets an import run down', () => {
  const source =
    "import { fault } from '../language/fault.ts'\nimport type { Plan } from '../machines/table.ts'"
  expect(importsOf('sandbox/02-dns/nxdomain.ts', source).map(wrongWay)).toEqual([undefined, undefined])
})

/** The first line of each function, and how many it has. */
function functionsOf(source: string): { readonly line: number; readonly lines: number }[] {
  const found: { line: number; lines: number }[] = []
  const program = parse(stripTypeScriptTypes(source), {
    ecmaVersion: 'latest',
    sourceType: 'module',
    locations: true,
  })
  const note = ({ loc }: Node) => {
    const { end, start } = loc!
    found.push({ line: start.line, lines: end.line - start.line + 1 })
  }
  full(program, (node) => {
    if (/Function/.test(node.type)) note(node)
  })
  return found
}

test('no function under sandbox/ is longer than 70 lines', () => {
  const long = filesBelow('sandbox')
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      functionsOf(readFileSync(join(root, file), 'utf8'))
        .filter(({ lines }) => lines > functionLinesMax)
        .map(({ line, lines }) => `${file}:${line}: ${lines} lines, at most ${functionLinesMax}. Split it`),
    )
  expect(long).toEqual([])
  expect(functionsOf('const x = () => {\n\n}')).toEqual([{ line: 1, lines: 3 }])
})

test('every scenario has a whole lesson, of at most 80 words', async () => {
  const wrong: string[] = []
  for (const [id, file] of listScenarioFiles()) {
    const { why, story, looksLike, hints = [] } = (await loadScenarioFile(file)).scenario.lesson ?? {}
    const parts = Object.entries({ story, why, looksLike })
    for (const [name, text] of parts) if (!text) wrong.push(`${id}: its lesson has no ${name}`)
    const words = [...parts.map(([, text]) => text), ...hints].join(' ').split(/\s+/).length
    if (words > lessonWordsMax) wrong.push(`${id}: its lesson has ${words} words, at most ${lessonWordsMax}`)
  }
  expect(wrong).toEqual([])
})

/** Look-alikes that no scenario shows yet. Whoever writes one takes it out of here. */
const rowsToCome = new Set([
  'bad-request-line',
  'empty-reply',
  'expired-token',
  'header-too-large',
  'keep-alive-race',
  'malformed-json',
  'method-not-allowed',
  'number-too-big',
  'pool-exhausted',
  'route-missing',
  'unauthenticated',
])

test('every look-alike is the id of a scenario, or of one to come', async () => {
  const ids = listScenarioFiles()
  const wrong = [...rowsToCome].filter((id) => ids.has(id)).map((id) => `${id}: it has come`)
  const named = new Set<string>()
  for (const [id, file] of ids) {
    const { looksLike = '' } = (await loadScenarioFile(file)).scenario.lesson ?? {}
    for (const item of looksLike.matchAll(/([^,(]*)(\([^)]*\))?(, |$)/g)) {
      const like = item[1]!.trim()
      named.add(like)
      if (item[0] !== '' && !ids.has(like) && !rowsToCome.has(like)) wrong.push(`${id}: looks like "${like}"`)
    }
  }
  wrong.push(...[...rowsToCome].filter((id) => !named.has(id)).map((id) => `${id}: nothing looks like it`))
  expect(wrong).toEqual([])
})

type Catalogue = ReadonlyMap<string, Pick<FaultDefinition, 'faultName'>>

/** The fault files of a step's folder that its face does not export. */
function missingFromFace(step: Step, files: readonly string[], catalogue: Catalogue): string[] {
  return files
    .filter((file) => file !== 'index.ts')
    .map((file) => ({ file, name: basename(file, '.ts') }))
    .filter(({ name }) => catalogue.get(`${step}.${camelCase(name)}`)?.faultName !== name)
    .map(({ file, name }) => {
      const fault = camelCase(name)
      return `sandbox/${stepFolder(step)}/index.ts: no fault ${step}.${fault}. Add: export { ${fault} } from './${file}'`
    })
}

test('every fault file stands in the face of its step, under its own name', async () => {
  const catalogue = await faultCatalogue()
  const missing = steps.flatMap((step) =>
    missingFromFace(step, readdirSync(join(root, 'sandbox', stepFolder(step))), catalogue),
  )
  expect(missing).toEqual([])
})

test('says so when a face misses a fault, or has it under another name', () => {
  const files = ['index.ts', 'no-answer.ts', 'nxdomain.ts']
  const missing = (names: Record<string, string>) =>
    missingFromFace(
      'dns',
      files,
      new Map(Object.entries(names).map(([id, faultName]) => [id, { faultName }])),
    )
  const line =
    "sandbox/02-dns/index.ts: no fault dns.noAnswer. Add: export { noAnswer } from './no-answer.ts'"
  expect(missing({ 'dns.nxdomain': 'nxdomain', 'dns.noAnswer': 'no-answer' })).toEqual([])
  expect(missing({ 'dns.nxdomain': 'nxdomain' })).toEqual([line])
  expect(missing({ 'dns.nxdomain': 'nxdomain', 'dns.noAnswer': 'silence' })).toEqual([line])
})

/** What each scenario breaks, and the folder it stands in. */
interface Placed {
  readonly id: string
  readonly fault: string
  readonly folder: string
}

const folderOfFault = (fault: string) => stepFolder(fault.split('.')[0] as Step)

function misplaced(scenarios: readonly Placed[]): string[] {
  return scenarios
    .filter(({ fault, folder }) => folder !== folderOfFault(fault))
    .map(({ id, fault, folder }) => `${id}: breaks ${fault}, stands in ${folder}`)
}

function withoutScenario(faults: Iterable<string>, scenarios: readonly Placed[]): string[] {
  const broken = new Set(scenarios.map(({ fault }) => fault))
  return [...faults]
    .filter((fault) => !broken.has(fault))
    .map((fault) => `${fault}: no scenario. Write one under scenarios/${folderOfFault(fault)}/`)
}

test('every fault has a scenario, in the folder of its step', async () => {
  const scenarios: Placed[] = []
  for (const [id, file] of listScenarioFiles()) {
    const { scenario } = await loadScenarioFile(file)
    scenarios.push({ id, fault: scenario.break.id, folder: basename(dirname(file)) })
  }
  expect(misplaced(scenarios)).toEqual([])
  expect(withoutScenario((await faultCatalogue()).keys(), scenarios)).toEqual([])
})

test('says so when a fault has no scenario, or one in the folder of another step', () => {
  const scenario = { id: 'dns-failure', fault: 'dns.nxdomain', folder: '02-dns' }
  expect(withoutScenario(['dns.nxdomain', 'tls.expired'], [scenario])).toEqual([
    'tls.expired: no scenario. Write one under scenarios/04-tls/',
  ])
  expect(misplaced([scenario])).toEqual([])
  expect(misplaced([{ ...scenario, folder: '04-tls' }])).toEqual([
    'dns-failure: breaks dns.nxdomain, stands in 04-tls',
  ])
})

test('scenario ids are unique', () => {
  const ids = filesBelow('scenarios').map((file) => basename(file, '.ts'))
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
})

test('sandbox/ and scenarios/ list as the journey', () => {
  const folders = steps.map(stepFolder)
  expect(readdirSync(join(root, 'sandbox')).filter((name) => /^\d/.test(name))).toEqual(folders)
  expect(folders).toEqual(expect.arrayContaining(readdirSync(join(root, 'scenarios'))))
})
