import { readdirSync, readFileSync, statSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Node, parse } from 'acorn'
import { full } from 'acorn-walk'
import { expect, test } from 'vitest'
import { camelCase } from '../sandbox/fault.ts'
import { faultCatalogue } from '../sandbox/run/catalogue.ts'
import { listScenarioFiles, loadScenarioFile } from '../sandbox/run/scenario-file.ts'
import { type Step, stepFolder, steps } from '../sandbox/steps.ts'

// The conventions of the folders, as rules: each failure says which file, what is wrong, and what to do.

const root = fileURLToPath(new URL('..', import.meta.url))
const linesMax = 250
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
  readonly typeOnly: boolean
}

/** Imports between the project's own files; `#sandbox/dns` counts as the face it stands for. */
function importsOf(file: string, source: string): Import[] {
  const imports: Import[] = []
  const statement =
    /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^'"\n;]|\n)*?from\s+'([^']+)'|import\('([^']+)'\)|(?:^|\n)import '([^']+)'/g
  for (const [text, type, from, dynamic, bare] of source.matchAll(statement)) {
    const target = from ?? dynamic ?? bare ?? ''
    const names = /\{([^}]*)\}/
      .exec(text)?.[1]
      ?.split(',')
      .map((name) => name.trim())
      .filter(Boolean)
    const typeOnly =
      type !== undefined ||
      (names !== undefined && names.length > 0 && names.every((name) => name.startsWith('type ')))
    const face = /^#sandbox(?:\/(\w+))?$/.exec(target)
    if (face !== null) {
      const step = face[1]
      imports.push({
        from: file,
        to: step === undefined ? 'sandbox/index.ts' : `sandbox/${stepFolder(step as Step)}/index.ts`,
        typeOnly,
      })
    } else if (target.startsWith('.')) {
      imports.push({ from: file, to: relative(root, resolve(root, dirname(file), target)), typeOnly })
    }
  }
  return imports
}

const stepFolders = steps.map((step) => `sandbox/${stepFolder(step)}/`)
const isStep = (file: string) => stepFolders.some((folder) => file.startsWith(folder))
const vocabulary = new Set(
  [
    'steps',
    'fault',
    'scenario',
    'lookup-fails',
    'parameters',
    'invalid-input',
    'nearest',
    'part-failure',
    'when',
  ].map((name) => `sandbox/${name}.ts`),
)

/** What is wrong with an import, or undefined. This is the direction that imports run in. */
function wrongWay({ from, to, typeOnly }: Import): string | undefined {
  const folderOf = (file: string) => file.split('/').slice(0, 2).join('/')
  if (isStep(from)) {
    if (isStep(to) && folderOf(from) !== folderOf(to)) return 'a step never imports another step'
    if (!isStep(to) && !vocabulary.has(to) && !(to.startsWith('sandbox/world/') && typeOnly)) {
      return 'a fault imports the vocabulary, and the points of world/ as types only'
    }
  }
  if (from.startsWith('sandbox/world/') && (isStep(to) || to === 'sandbox/index.ts'))
    return 'a machine never imports a fault'
  if (from.startsWith('sandbox/world/') && /^sandbox\/(run|report|cli)\//.test(to))
    return 'run/ imports world/, never the other way'
  if (from.startsWith('sandbox/clients/') && /^sandbox\/(run|report|cli)\//.test(to))
    return 'run/ imports clients/, never the other way'
  if (from.startsWith('sandbox/run/') && to.startsWith('sandbox/cli/'))
    return 'cli/ imports run/, never the other way'
  if (/^sandbox\/run\/(diagnosis|checkpoints|carried)\.ts$/.test(from)) {
    const blind =
      to === 'sandbox/steps.ts' ||
      to === 'sandbox/run/checkpoints.ts' ||
      to === 'sandbox/run/carried.ts' ||
      (typeOnly && /^sandbox\/(world\/trace|clients\/symptom)\.ts$/.test(to))
    if (!blind) return 'the diagnosis knows observations only: no fault, no plan, no scenario'
  }
  if (vocabulary.has(from) && /^sandbox\/(run|report|cli|clients)\//.test(to))
    return 'the vocabulary imports nothing that uses it'
  return undefined
}

test('imports run one way', () => {
  const wrong = filesBelow('sandbox')
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => importsOf(file, readFileSync(join(root, file), 'utf8')))
    .flatMap((each) => {
      const why = wrongWay(each)
      return why === undefined ? [] : [`${each.from} imports ${each.to}: ${why}`]
    })
  expect(wrong).toEqual([])
})

// Without these the test above could pass because it sees no import at all.
test.each([
  [
    'sandbox/02-dns/nxdomain.ts',
    "import { x } from '../03-network/index.ts'",
    'a step never imports another step',
  ],
  ['sandbox/02-dns/nxdomain.ts', "import { DnsServer } from '../world/dns/server.ts'", 'as types only'],
  [
    'sandbox/world/world.ts',
    "const { x } = await import('../02-dns/index.ts')",
    'a machine never imports a fault',
  ],
  ['sandbox/run/diagnosis.ts', "import type { Plan } from '../world/points.ts'", 'observations only'],
  ['sandbox/run/diagnosis.ts', "import type { Fault } from '../fault.ts'", 'observations only'],
])('says so when %s has %s', (file, source, why) => {
  expect(importsOf(file, source).map(wrongWay).join()).toContain(why)
})

test('lets a fault import the vocabulary, and points as types', () => {
  const source = "import { fault } from '../fault.ts'\nimport type { DnsPlan } from '../world/dns/points.ts'"
  expect(importsOf('sandbox/02-dns/nxdomain.ts', source).map(wrongWay)).toEqual([undefined, undefined])
})

test('no file under sandbox/ is longer than 250 lines', () => {
  const long = filesBelow('sandbox')
    .map((file) => ({ file, lines: readFileSync(join(root, file), 'utf8').split('\n').length - 1 }))
    .filter(({ lines }) => lines > linesMax)
    .map(({ file, lines }) => `${file}: ${lines} lines, at most ${linesMax}. Split it by concept`)
  expect(long).toEqual([])
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
    const { why, story, seeIt, looksLike, hints = [] } = (await loadScenarioFile(file)).scenario.lesson ?? {}
    const parts = Object.entries({ story, why, seeIt, looksLike })
    for (const [name, text] of parts) if (!text) wrong.push(`${id}: its lesson has no ${name}`)
    const words = [...parts.map(([, text]) => text), ...hints].join(' ').split(/\s+/).length
    if (words > lessonWordsMax) wrong.push(`${id}: its lesson has ${words} words, at most ${lessonWordsMax}`)
  }
  expect(wrong).toEqual([])
})

test('every fault file stands in the face of its step, under its own name', async () => {
  const catalogue = await faultCatalogue()
  const missing: string[] = []
  for (const step of steps) {
    const folder = `sandbox/${stepFolder(step)}`
    for (const file of readdirSync(join(root, folder))) {
      if (file === 'index.ts') continue
      const name = basename(file, '.ts')
      const id = `${step}.${camelCase(name)}`
      if (catalogue.get(id)?.faultName === name) continue
      missing.push(`${folder}/index.ts: no fault ${id}. Add: export { ${camelCase(name)} } from './${file}'`)
    }
  }
  expect(missing).toEqual([])
})

test('every fault has a scenario, in the folder of its step', async () => {
  const broken = new Set<string>()
  const misplaced: string[] = []
  for (const [id, file] of listScenarioFiles()) {
    const { scenario } = await loadScenarioFile(file)
    broken.add(scenario.break.id)
    const folder = basename(dirname(file))
    if (folder !== stepFolder(scenario.break.step))
      misplaced.push(`${id}: breaks ${scenario.break.step}, stands in ${folder}`)
  }
  expect(misplaced).toEqual([])
  const without = [...(await faultCatalogue()).keys()].filter((id) => !broken.has(id))
  expect(
    without.map(
      (id) => `${id}: no scenario. Write one under scenarios/${stepFolder(id.split('.')[0] as Step)}/`,
    ),
  ).toEqual([])
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
