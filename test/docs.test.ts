import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { loadClient } from '../sandbox/clients/index.ts'
import { usageExitCode } from '../sandbox/errors/invalid-input.ts'
import { clientAbilities } from '../sandbox/language/client-abilities.ts'
import { camelCase } from '../sandbox/language/fault.ts'
import { clientNames } from '../sandbox/language/scenario.ts'
import { stepFolder, steps } from '../sandbox/language/steps.ts'
import { conditions } from '../sandbox/language/when.ts'
import { faultCatalogue } from '../sandbox/live/faults.ts'
import { routes } from '../sandbox/machines/api/process/routes.ts'
import { ownMachines, sharedMachines } from '../sandbox/machines/table.ts'
import { problemsOf, scenarioKeys } from '../sandbox/run/file/check-scenario.ts'
import { listScenarioFiles, loadScenarioFile } from '../sandbox/run/file/scenario-file.ts'
import { exitCodes } from '../sandbox/run/outcome.ts'

// What README and docs/ say, held against the code. A check is a function of a text, so that it can be shown to fail.

const root = fileURLToPath(new URL('..', import.meta.url))
const columnsMax = 120

const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))

function page(name: string): string {
  const found = pages.find(({ file }) => file === `docs/${name}.md`)
  if (found === undefined) throw new Error(`docs/${name}.md: expected a page, saw none`)
  return found.text
}

interface Block {
  readonly language: string
  readonly code: string
}

function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', code = '']) => ({
    language,
    code,
  }))
}

const typescriptOf = (text: string) =>
  blocksOf(text)
    .filter(({ language }) => language === 'ts')
    .map(({ code }) => code)

const withoutBlocks = (text: string) => text.replaceAll(/^```\w*\n.*?^```$/gms, '')

/** What is to be typed: lines of blocks, and what stands between backticks. */
function commandsOf(text: string): string[] {
  const inline = [...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)
  const lines = blocksOf(text).flatMap(({ code, language }) => (language === 'ts' ? [] : code.split('\n')))
  return [...inline, ...lines]
}

/** The rows of the first table whose head begins with these cells. */
function table(text: string, ...head: readonly string[]): string[][] {
  const lines = text.split('\n')
  const cells = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
  const start = lines.findIndex(
    (line) => line.startsWith('|') && head.every((cell, index) => cells(line)[index] === cell),
  )
  if (start === -1) return []
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'))
  return lines.slice(start + 2, end === -1 ? undefined : end).map(cells)
}

const unquoted = (cell = '') => cell.replaceAll('`', '')

/** The words between backticks in the first cells. */
const firstWords = (rows: readonly string[][]) =>
  rows.flatMap(([cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word))

/** As GitHub names a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')

function anchorsOf(text: string): string[] {
  return [...withoutBlocks(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))
}

/** Links to files of the project that are not there, or to a heading that its page does not have. */
function brokenLinks(file: string, text: string): string[] {
  const plain = withoutBlocks(text)
  const targets = [...plain.matchAll(/\]\(([^)\s]+)\)/g), ...plain.matchAll(/^\[\w+\]: (\S+)$/gm)]
  return targets.flatMap(([, target = '']) => {
    if (/^[a-z]+:/.test(target)) return []
    const [path = '', anchor] = target.split('#')
    const to = path === '' ? join(root, file) : resolve(root, dirname(file), path)
    if (!existsSync(to)) return [`${file}: ${target}: no such file`]
    if (anchor === undefined || anchorsOf(readFileSync(to, 'utf8')).includes(anchor)) return []
    return [`${file}: ${target}: no such heading`]
  })
}

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }

/** Drawn by `npm run picture`: it may be missing only as long as nothing draws it. */
const pictures = 'picture' in scripts ? [] : ['docs/dns-failure.svg']

test.each(pages)('every link of $file leads somewhere', ({ file, text }) => {
  const broken = brokenLinks(file, text).filter((each) => !pictures.some((path) => each.includes(path)))
  expect(broken).toEqual([])
})

test('says so when a link leads nowhere', () => {
  const broken = (text: string) => brokenLinks('docs/x.md', text)
  expect(broken('[a](../README.md) [b](commands.md#flags)\n\n[c]: clients.md\n')).toEqual([])
  expect(broken('[a](nowhere.md)')).toEqual(['docs/x.md: nowhere.md: no such file'])
  expect(broken('x\n\n[c]: ../nowhere.ts\n')).toEqual(['docs/x.md: ../nowhere.ts: no such file'])
  expect(broken('[b](commands.md#flag)')).toEqual(['docs/x.md: commands.md#flag: no such heading'])
})

test.each(pages)(`no line of $file is longer than ${columnsMax}`, ({ text }) => {
  // The formatter pads tables to their longest cell.
  const prose = text.split('\n').filter((line) => !line.startsWith('|'))
  expect(prose.filter((line) => line.length > columnsMax)).toEqual([])
})

function unknownCommands(text: string): string[] {
  const said = commandsOf(text).flatMap((command) => [
    ...command.matchAll(/\bnpm (?:run (?:-s )?|(?=test))([\w:]+)/g),
  ])
  return said.map(([, name = '']) => name).filter((name) => !(name in scripts))
}

test.each(pages)('every npm command in $file exists', ({ text }) => {
  expect(unknownCommands(text)).toEqual([])
})

test('says so when an npm command does not exist', () => {
  expect(unknownCommands('`npm ci && npm test` `npm run -s scenario` `npm run`')).toEqual([])
  expect(unknownCommands('`npm run scenarios dns-failure`')).toEqual(['scenarios'])
  expect(unknownCommands('```\nnpm run test:most\n```\n')).toEqual(['test:most'])
})

/** Scenarios that a page builds itself, to be found in its own blocks. */
const built = ['maintenance']

function unknownScenarios(text: string, known: Iterable<string>): string[] {
  const ids = new Set([...known, ...built])
  return commandsOf(text).flatMap((command) => {
    const [, words = ''] =
      /\b(?:npm run (?:-s )?|run --rm sandbox )scenario (?:-- )?((?:[a-z0-9-]+(?: |$))+)/.exec(command) ?? []
    return words.split(' ').filter((word) => /^[a-z0-9]/.test(word) && !ids.has(word))
  })
}

test.each(pages)('every scenario that $file tells to run exists', ({ text }) => {
  expect(unknownScenarios(text, listScenarioFiles().keys())).toEqual([])
})

test('says so when a scenario does not exist', () => {
  const unknown = (text: string) => unknownScenarios(text, ['dns-failure', 'slow-query'])
  expect(unknown('`npm run scenario dns-failur -- --client=curl`')).toEqual(['dns-failur'])
  expect(unknown('`npm run -s scenario -- slow-quer --report=json`')).toEqual(['slow-quer'])
  expect(unknown('```\nnpm ci && npm run scenario dns-failure slow     # look\n```\n')).toEqual(['slow'])
  expect(unknown('`npm run scenario -- --all` `npm run scenario my/` `npm run scenario ./my/x.ts`')).toEqual(
    [],
  )
})

/** `maintenance` for the fault that a block defines. */
function definedIn(code: string): string[] {
  return [...code.matchAll(/fault\(\{\s+step: '(\w+)',\s+name: '([\w-]+)'/g)].map(
    ([, step = '', name = '']) => `${step}.${camelCase(name)}`,
  )
}

function unknownFaults(text: string, known: Iterable<string>): string[] {
  const blocks = typescriptOf(text)
  const faults = new Set([...known, ...blocks.flatMap(definedIn)])
  const used = new RegExp(`\\b(?:${steps.join('|')})\\.\\w+(?=\\()`, 'g')
  const imported = blocks.flatMap((code) =>
    [...code.matchAll(/from '#sandbox\/?([^']*)'/g)].map(([, step = '']) => step),
  )
  return [
    ...imported
      .filter((step) => step !== '' && !steps.some((each) => each === step))
      .map((step) => `#sandbox/${step}`),
    ...blocks.flatMap((code) => code.match(used) ?? []).filter((id) => !faults.has(id)),
    ...commandsOf(text).flatMap((command) => {
      const [, id] = /\bsandbox break (\w+\.\w+)/.exec(command) ?? []
      return id === undefined || faults.has(id) ? [] : [id]
    }),
  ]
}

test.each(pages)('every step and every fault in $file exists', async ({ text }) => {
  expect(unknownFaults(text, (await faultCatalogue()).keys())).toEqual([])
})

test('says so when a step or a fault does not exist', () => {
  const unknown = (code: string) => unknownFaults(`\`\`\`ts\n${code}\n\`\`\`\n`, ['dns.nxdomain'])
  expect(unknown("import { dns } from '#sandbox/dns'\nbreak: dns.nxdomain({ name: 'x' })")).toEqual([])
  expect(unknown("import { dns } from '#sandbox/dnss'")).toEqual(['#sandbox/dnss'])
  expect(unknown('break: dns.nxdomian()')).toEqual(['dns.nxdomian'])
  expect(unknownFaults('`npm run sandbox break dns.nxdomian`', ['dns.nxdomain'])).toEqual(['dns.nxdomian'])
})

/**
 * Loads every whole scenario of a page with the checker that a run has. A fault that the page builds is put beside it,
 * with a face of its own.
 * @returns what is wrong.
 */
async function refusedScenarios(text: string): Promise<string[]> {
  // Inside the project, so that `#sandbox/dns` means what it means for an author.
  const folder = mkdtempSync(join(root, 'test', 'docs-'))
  try {
    const blocks = typescriptOf(text)
    const own = blocks.filter((code) => definedIn(code).length > 0)
    const face = ["export { scenario } from '../../sandbox/language/scenario.ts'"]
    for (const code of own) {
      const [, name = ''] = /export const (\w+)/.exec(code) ?? []
      writeFileSync(join(folder, `${name}.ts`), code.replaceAll("'../language/", "'../../sandbox/language/"))
      face.push(
        `export { ${name} } from './${name}.ts'`,
        `export * as ${definedIn(code)[0]?.split('.')[0]} from './face.ts'`,
      )
    }
    writeFileSync(join(folder, 'face.ts'), face.join('\n'))
    const uses = (code: string) => own.flatMap(definedIn).some((id) => code.includes(`${id}(`))
    const refused: string[] = []
    for (const [index, code] of blocks
      .filter((each) => each.includes('export default scenario('))
      .entries()) {
      const file = join(folder, `scenario-${index + 1}.ts`)
      writeFileSync(file, uses(code) ? code.replace(/'#sandbox\/\w+'/, "'./face.ts'") : code)
      await loadScenarioFile(file).catch((error: Error) => refused.push(error.message))
    }
    return refused
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test.each(pages)('every scenario in $file is one', async ({ text }) => {
  expect(await refusedScenarios(text)).toEqual([])
})

test('says so when a scenario is none', async () => {
  const code = "import { dns, scenario } from '#sandbox/dns'\n\nexport default scenario({\n  title: 'x',\n"
  const refused = await refusedScenarios(
    `\`\`\`ts\n${code}  break: dns.nxdomain(),\n  expect: {},\n})\n\`\`\`\n`,
  )
  expect(refused).toEqual([expect.stringContaining('.ts:6:3: expect: expected a promise')])
})

test('the scenarios that a page builds stand in it', () => {
  const all = pages.flatMap(({ text }) => [...text.matchAll(/`scenarios\/[\w-]+\/([\w-]+)\.ts`:/g)])
  expect(all.map(([, id]) => id)).toEqual(built)
})

describe('the tables', () => {
  test('of routes: those of the API', () => {
    const documented = table(page('the-shop'), 'method', 'path').map(
      ([method, path]) => `${method} ${unquoted(path)}`,
    )
    expect(documented).toEqual(routes.map(({ method, path }) => `${method.toUpperCase()} ${path}`))
  })

  test('of errors: those of API and gateway', () => {
    const sources = [
      'api/process/refusal',
      'api/process/routes',
      'api/process/app',
      'api/process/pool',
      'gateway/gateway',
    ]
    const source = sources
      .map((name) => readFileSync(join(root, 'sandbox', 'machines', `${name}.ts`), 'utf8'))
      .join('\n')
    const calls = /(?:Refusal\(|refuse\()(?:\d+|status), (?:bodyParserCodes\[String\(type\)\] \?\? )?'(\w+)'/g
    const said = [
      ...[...source.matchAll(calls)].map(([, code = '']) => code),
      ...[...source.matchAll(/^ {2}'[\w.]+': '(\w+)',$/gm)].map(([, code = '']) => code),
    ]
    const documented = table(page('the-shop'), 'status', 'code').map(([, code]) => unquoted(code))
    expect([...new Set(documented)].sort()).toEqual([...new Set(said)].sort())
  })

  test('of points: the machines that can be armed', () => {
    // Every machine can be armed, but those for a person's own tools.
    const points = Object.keys({ ...ownMachines, ...sharedMachines }).filter((name) => name !== 'tools')
    const rows = table(page('write-a-fault'), 'point')
    expect(firstWords(rows).sort()).toEqual(points.sort())
    const shared = rows.filter((row) => row[2] === 'all')
    expect(firstWords(shared).sort()).toEqual(Object.keys(sharedMachines).sort())
  })

  test('of clients: what each can do, and where', async () => {
    const rows = table(page('clients'), 'client', 'what it is')
    expect(firstWords(rows)).toEqual([...clientNames])
    for (const [name, , abilities, worlds] of rows) {
      const client = await loadClient(unquoted(name) as (typeof clientNames)[number])
      expect([name, unquoted(abilities), worlds]).toEqual([
        name,
        clientAbilities[client.name].join(', '),
        client.worlds.join(', '),
      ])
    }
  })

  test('of exit codes: those of a run', () => {
    const codes = [...Object.values(exitCodes), usageExitCode].map(String).sort()
    const withoutSignals = (cells: readonly string[]) =>
      cells.flatMap((cell) => cell.split(', ')).filter((code) => Number(code) < 128)
    const [readme = { text: '' }] = pages
    const twice = table(readme.text, 'code', 'means', 'code')
    expect(withoutSignals(twice.flatMap((row) => [row[0]!, row[2]!])).sort()).toEqual(codes)
    const once = table(page('commands'), 'code', 'means')
    expect(withoutSignals(once.map((row) => row[0]!)).sort()).toEqual(codes)
  })
})

/** The keys that the checker knows where `scenario` has one that it does not know. */
function knownBeside(scenario: object): string[] {
  const exported = { title: 'x', break: { plan: {}, step: 'dns', worlds: [] }, expect: {}, ...scenario }
  const { next = '' } = problemsOf(exported).find(({ text }) => text.startsWith('unknown key')) ?? {}
  return next.replace('Known here: ', '').split(', ')
}

describe('write-a-scenario.md names all', () => {
  const text = page('write-a-scenario')
  test.each([
    ['keys of a scenario', ['key', 'type'], scenarioKeys],
    ['conditions', ['condition'], conditions],
    ['fields of a call', ['field', 'type', 'default'], knownBeside({ call: { x: 1 } })],
    ['fields of a promise', ['field', 'type', 'must equal'], knownBeside({ expect: { all: { x: 1 } } })],
    [
      'fields of a lesson',
      ['field', 'type', 'under `scenarios/`'],
      knownBeside({ lesson: { x: 1, why: 'x' } }),
    ],
  ])('%s', (_name, head, known) => {
    expect(firstWords(table(text, ...head)).sort()).toEqual([...known].sort())
  })
})

test('how-it-works.md names every room, on its floor', () => {
  const layout = readFileSync(join(root, 'test', 'layout.test.ts'), 'utf8')
  const [, floors = ''] = /const floors.*? = \[\n(.*?)\n\]/s.exec(layout) ?? []
  const rooms = floors.split('\n').map((line) => {
    const names = [...line.matchAll(/'([\w.-]+)'/g)].map(([, name = '']) => name)
    return line.includes('stepFolder') ? [stepFolder('request'), stepFolder('app')] : names
  })
  const documented = table(page('how-it-works'), 'floor').map(([, room = '']) => firstWords([[room]]))
  expect(documented.toReversed()).toEqual(rooms)
})
