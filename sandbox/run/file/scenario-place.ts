import { existsSync, readdirSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InvalidInput, show } from '../../errors/invalid-input.ts'
import { didYouMean } from '../../errors/nearest.ts'
import { type Step, stepFolder, steps } from '../../language/steps.ts'

// Looked up before the parts are spawned, so this file imports nothing that takes long.

const scenariosFolder = fileURLToPath(new URL('../../../scenarios', import.meta.url))

/** The file's name is the id: small letters and digits, in words joined by hyphens. */
const idPattern = /^[a-z0-9]+(-[a-z0-9]+)*$/
const idWords = 'a name in kebab-case (small letters, digits, hyphens), such as slow-query.ts'

/** What can be run as a program, and so may be meant as a scenario. */
const programExtensions = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx']

/** Every scenario file of the project, in the order of the journey: id → file. Reads folder names only. */
export function listScenarioFiles(step?: Step): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  for (const each of step === undefined ? steps : [step]) {
    const folder = join(scenariosFolder, stepFolder(each))
    if (!existsSync(folder)) continue
    for (const name of readdirSync(folder).sort()) {
      if (isScenarioName(name)) files.set(basename(name, '.ts'), join(folder, name))
    }
  }
  return files
}

/**
 * The whole catalogue, or that of one step.
 * @throws InvalidInput for files under `scenarios/` that would be left out: each with where it belongs.
 */
export function wholeCatalogue(step?: Step): ReadonlyMap<string, string> {
  const problems = strayFiles()
  if (problems.length > 0) throw InvalidInput.of(problems)
  return listScenarioFiles(step)
}

function strayFiles(): InvalidInput[] {
  const known = new Map<string, string>()
  const folders = steps.map(stepFolder)
  const names = readdirSync(scenariosFolder, { recursive: true, encoding: 'utf8' }).sort()
  return names.flatMap((name) => {
    const path = shownPath(join(scenariosFolder, name))
    const wrong = (problem: string, next: string) => [new InvalidInput(path, problem, { next })]
    if (!programExtensions.includes(extname(name)) || name.split(sep).some((part) => part.startsWith('.')))
      return []
    const folder = dirname(name)
    if (!folders.includes(folder)) {
      const next = `Move it there, or out of scenarios/; the folders: ${folders.join(', ')}`
      return wrong(
        `expected a scenario in the folder of its step, saw it in scenarios/${folder === '.' ? '' : `${folder}/`}`,
        next,
      )
    }
    const problem = nameProblem(name)
    if (problem !== undefined) return wrong(problem, 'Rename it')
    const id = basename(name, '.ts')
    const other = known.get(id)
    known.set(id, path)
    return other === undefined ? [] : wrong(`expected an id of its own, saw that of ${other}`, 'Rename one')
  })
}

/** What is wrong with the name of a scenario file; undefined where it is an id. */
function nameProblem(path: string): string | undefined {
  const name = basename(path)
  if (extname(name) !== '.ts') return `expected a scenario file, *.ts, saw ${name}`
  return idPattern.test(basename(name, '.ts')) ? undefined : `expected ${idWords}, saw ${name}`
}

function isScenarioName(name: string): boolean {
  return nameProblem(name) === undefined
}

/** The folder of a scenario of the catalogue, below `scenarios/`; undefined for a file elsewhere. */
export function folderOf(file: string): string | undefined {
  const path = relative(scenariosFolder, file)
  return path.startsWith('..') || isAbsolute(path) ? undefined : dirname(path)
}

/** As a person would name it: from here, where it does not lie elsewhere altogether. */
export function shownPath(file: string): string {
  const path = relative(process.cwd(), file)
  return path === '' || path.startsWith('..') ? file : path
}

/**
 * The file that an id or a path stands for.
 * @throws InvalidInput when there is none, or it is a folder.
 */
export function findScenarioFile(idOrPath: string): string {
  const [file, second] = findScenarioFiles(idOrPath)
  if (file !== undefined && second === undefined) return file
  throw new InvalidInput(`scenario ${idOrPath}`, 'expected one scenario, saw a folder of several')
}

/**
 * The files that an id or a path stands for: a folder for those that stand right in it.
 * @throws InvalidInput when there is none.
 */
export function findScenarioFiles(idOrPath: string): readonly string[] {
  const place = `scenario ${idOrPath === '' ? '""' : idOrPath}`
  if (idPattern.test(idOrPath)) {
    const file = steps
      .map((step) => join(scenariosFolder, stepFolder(step), `${idOrPath}.ts`))
      .find((path) => existsSync(path))
    if (file !== undefined) return [file]
  }
  const path = resolve(idOrPath)
  const kind = idOrPath === '' ? undefined : kindOf(path, place)
  if (kind?.isDirectory()) return filesIn(path, place)
  if (kind !== undefined) {
    const problem = kind.isFile() ? nameProblem(path) : 'expected a file or a folder, saw something else'
    if (problem === undefined) return [path]
    throw new InvalidInput(
      place,
      problem,
      kind.isFile() && extname(path) === '.ts' ? { next: 'Rename it' } : {},
    )
  }
  if (/[/\\]|\.\w+$/.test(idOrPath)) {
    throw new InvalidInput(place, `expected a file or a folder, saw none at ${path}`)
  }
  throw unknownId(idOrPath, place)
}

function kindOf(path: string, place: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    throw new InvalidInput(
      place,
      `expected a file or a folder that can be read, saw ${(error as Error).message}`,
    )
  }
}

function filesIn(folder: string, place: string): readonly string[] {
  const names = readdirSync(folder).filter((name) => extname(name) === '.ts')
  const wrong = names.flatMap((name) => {
    const problem = nameProblem(name)
    return problem === undefined
      ? []
      : [new InvalidInput(shownPath(join(folder, name)), problem, { next: 'Rename it' })]
  })
  if (wrong.length > 0) throw InvalidInput.of(wrong)
  if (names.length > 0) return names.sort().map((name) => join(folder, name))
  throw new InvalidInput(place, 'expected scenario files, *.ts, right in this folder, saw none', {
    next: 'All of the project: npm run scenario -- --all',
  })
}

function unknownId(id: string, place: string): InvalidInput {
  const next = 'All of them: npm run scenario -- --list'
  if (idPattern.test(id)) {
    const near = didYouMean(id, [...listScenarioFiles().keys()])
    const problem = `expected the id of a scenario, saw none of this name.${near}`
    return new InvalidInput(place, problem, { next })
  }
  const misnamed = steps
    .map((step) => join(scenariosFolder, stepFolder(step), `${id}.ts`))
    .find((path) => existsSync(path))
  if (misnamed !== undefined)
    return new InvalidInput(shownPath(misnamed), nameProblem(misnamed)!, { next: 'Rename it' })
  return new InvalidInput(
    place,
    `expected an id in kebab-case (small letters, digits, hyphens), saw ${show(id)}`,
    { next },
  )
}
