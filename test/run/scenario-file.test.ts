import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadScenarioFile } from '../../sandbox/run/file/scenario-file.ts'
import { npmRun, root } from '../support/command.ts'

// Inside the project, so that `#sandbox/dns` means what it means for an author.
let folder: string
beforeAll(() => {
  folder = mkdtempSync(fileURLToPath(new URL('./scenario-files-', import.meta.url)))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
async function load(lines: string): Promise<string> {
  count += 1
  const file = join(folder, `file-${count}.ts`)
  writeFileSync(
    file,
    `import { dns, scenario } from '#sandbox/dns'\n\nexport default scenario({\n  title: 'x',\n${lines}\n})\n`,
  )
  return loadScenarioFile(file).then(
    ({ id }) => `loaded ${id}`,
    (error: Error) => error.message.slice(error.message.indexOf('file-') + `file-${count}.ts`.length + 1),
  )
}

const good = `  break: dns.nxdomain(),\n  expect: { all: { code: 'ENOTFOUND' } },`

test('loads a file that keeps the format', async () => {
  expect(await load(good)).toBe(`loaded file-${count}`)
})

// Every mistake names line and column, what was expected, what was seen; line 5 is the first of ours.
test.each([
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
  ['an unknown key', `${good}\n  cal: {},`, /^7:3: unknown key "cal"\. Did you mean "call"\?/],
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
  [
    'an unknown field of a promise',
    good.replace('code:', 'cod:'),
    /^6:20: unknown key "cod"\. Did you mean "code"\?/,
  ],
  [
    'an unknown parameter',
    good.replace('nxdomain()', "nxdomain({ nam: 'x' })"),
    /^5:25: dns\.nxdomain\(\): unknown parameter "nam"\. Did you mean "name"\?/,
  ],
  [
    'a parameter of the wrong type',
    good.replace('nxdomain()', 'nxdomain({ name: 3 })'),
    /^5:25: dns\.nxdomain\(\): name: expected a host name.*saw 3/,
  ],
  [
    'a fault that does not exist',
    good.replace('nxdomain', 'nxdomin'),
    /^5:14: TypeError: .*nxdomin is not a function/,
  ],
  ['a syntax error', good.replace('nxdomain()', 'nxdomain(,'), /^5:2[34]: expected TypeScript, saw:/],
  [
    'a choice of none',
    good.replace("{ code: 'ENOTFOUND' }", "{ oneOf: [], because: 'x' }"),
    /^6:20: expect\.all\.oneOf: expected a list of two or more, saw \[\]/,
  ],
  [
    'no promise',
    '  break: dns.nxdomain(),\n  expect: {},',
    /^6:3: expect: expected a promise for at least one client/,
  ],
])('points at the line of %s', async (_name, lines, message) => {
  expect(await load(lines)).toMatch(message)
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
