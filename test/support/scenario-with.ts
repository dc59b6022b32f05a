import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { root } from './command.ts'
import { directCommand } from './direct-command.ts'

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

/** A file with this statement ends the command with 2 and one line, which begins with its place. */
export function expectRefused(statement: string, said: string): void {
  const file = fileWith('stray', statement)
  const { code, stderr, stdout } = directCommand(['scenario', file, '--world=portable'])
  expect(stderr).toContain(`${file}:${said}`)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stdout).toBe('')
  expect(code).toBe(2)
}
