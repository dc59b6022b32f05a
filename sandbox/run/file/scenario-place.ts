import { existsSync, readdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InvalidInput } from '../../errors/invalid-input.ts'
import { didYouMean } from '../../errors/nearest.ts'
import { type Step, stepFolder, steps } from '../../language/steps.ts'

// Looked up before the parts are spawned, so this file imports nothing that takes long.

const scenariosFolder = fileURLToPath(new URL('../../../scenarios', import.meta.url))

/** Every scenario file of the project, in the order of the journey: id → file. Reads folder names only. */
export function listScenarioFiles(step?: Step): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  for (const each of step === undefined ? steps : [step]) {
    const folder = join(scenariosFolder, stepFolder(each))
    if (!existsSync(folder)) continue
    for (const name of readdirSync(folder).sort()) {
      if (name.endsWith('.ts')) files.set(basename(name, '.ts'), join(folder, name))
    }
  }
  return files
}

/**
 * The file that an id or a path stands for.
 * @throws InvalidInput when there is none.
 */
export function findScenarioFile(idOrPath: string): string {
  const isId = /^[a-z0-9-]+$/.test(idOrPath)
  const files = isId ? steps.map((step) => join(scenariosFolder, stepFolder(step), `${idOrPath}.ts`)) : []
  const file = files.find((path) => existsSync(path))
  if (file !== undefined) return file
  if (/[/\\]|\.ts$/.test(idOrPath)) {
    const path = resolve(idOrPath)
    if (existsSync(path)) return path
    throw new InvalidInput(`scenario ${idOrPath}`, 'expected a file, saw none at this path')
  }
  throw new InvalidInput(
    `scenario ${idOrPath}`,
    `no scenario has this id.${didYouMean(idOrPath, [...listScenarioFiles().keys()])}`,
    { next: 'All of them: npm run scenario -- --list' },
  )
}
