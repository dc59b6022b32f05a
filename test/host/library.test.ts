import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { installed, library } from '../../sandbox/host/libraries/library.ts'

// The bundles of `npm ci` serve where they are there. Without them everything runs as installed, and no install fails.

const folder = mkdtempSync(join(tmpdir(), 'faultpath-libraries-'))
const scripts = fileURLToPath(new URL('../../sandbox/host/libraries', import.meta.url))
afterAll(() => rmSync(folder, { recursive: true }))

const bundle = (script: string, ...words: string[]) =>
  spawnSync(process.execPath, [script, ...words], { encoding: 'utf8' })

test('loads a bundle where there is one, else what is installed', () => {
  const bundles = join(folder, 'bundles')
  expect(library('pg', bundles).Pool).toBeTypeOf('function')
  const { status, stderr } = bundle(join(scripts, 'bundle.mjs'), bundles)
  expect([status, stderr]).toEqual([0, ''])
  expect(readdirSync(bundles).sort()).toEqual(Object.keys(installed).map((name) => `${name}.cjs`))
  expect(library('express', bundles)().listen).toBeTypeOf('function')
  writeFileSync(join(bundles, 'http-proxy.cjs'), "throw new Error('this is the bundle')")
  expect(() => library('http-proxy', bundles)).toThrow('this is the bundle')
})

test('without esbuild it says one line, and no install fails', () => {
  const elsewhere = join(folder, 'elsewhere')
  cpSync(scripts, elsewhere, { recursive: true })
  const { status, stderr } = bundle(join(elsewhere, 'bundle.mjs'), join(folder, 'none'))
  expect(status).toBe(0)
  expect(stderr).toMatch(/^libraries are not bundled, every start takes a little longer: .*esbuild.*\n$/)
  expect(existsSync(join(folder, 'none'))).toBe(false)
})
