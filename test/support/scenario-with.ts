import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { root } from './command.ts'

// Inside the project: elsewhere Node does not find the steps.
let folder = ''
beforeAll(() => {
  mkdirSync(join(root, '.faultpath'), { recursive: true })
  folder = mkdtempSync(join(root, '.faultpath', 'scenarios-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/**
 * A scenario that is good but for a statement on its second line.
 * @returns its path, as it is shown.
 */
export function fileWith(
  name: string,
  statement: string,
  expected = "{ fetch: { code: 'ENOTFOUND' }, https: { code: 'ENOTFOUND' } }",
): string {
  const file = join(folder, `${name}.ts`)
  const exported = `export default scenario({ title: 'x', break: dns.nxdomain(), expect: ${expected} })`
  writeFileSync(file, `import { dns, scenario } from '#sandbox/dns'\n${statement}\n${exported}\n`)
  return file.slice(root.length)
}
