import { readFileSync, realpathSync } from 'node:fs'
import { basename, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { InvalidInput } from '../../errors/invalid-input.ts'
import { didYouMean } from '../../errors/nearest.ts'
import type { Scenario } from '../../language/scenario.ts'
import { stepFolder, steps } from '../../language/steps.ts'
import { problemOf, type ScenarioProblem, scenarioKeys } from './check-scenario.ts'

export { findScenarioFile, listScenarioFiles } from './scenario-place.ts'

const project = fileURLToPath(new URL('../../..', import.meta.url))

/** A scenario as it stands in its file. */
export interface ScenarioFile {
  readonly id: string
  readonly file: string
  readonly scenario: Scenario
}

/**
 * Imports and checks one file.
 * @throws InvalidInput with `file:line:column`, what was expected and what was seen.
 */
export async function loadScenarioFile(file: string): Promise<ScenarioFile> {
  const id = basename(file, '.ts')
  const source = readFileSync(file, 'utf8')
  // Loaded only where something is wrong: the parser takes 15 ms of a start.
  const place = async (path: readonly string[]) => {
    const { locate } = await import('./source-position.ts')
    const at = locate(source, path)
    return `${shownPath(file)}:${at.line}:${at.column}`
  }
  let exported: unknown
  try {
    const module = (await import(pathToFileURL(file).href)) as { default?: unknown }
    exported = module.default
  } catch (error) {
    throw await importProblem(error, file, source, place)
  }
  const problem = (await repetition(source)) ?? problemOf(exported)
  if (problem !== undefined) throw new InvalidInput(await place(problem.path), problem.text, problem)
  return { id, file, scenario: exported as Scenario }
}

/** A key that stands twice in the file: what is exported holds only the last. */
async function repetition(source: string): Promise<ScenarioProblem | undefined> {
  const keys = source.match(new RegExp(`\\b(${scenarioKeys.join('|')})\\b(?=['"]?\\s*:)`, 'g')) ?? []
  if (new Set(keys).size === keys.length) return undefined
  const { repeatedKey } = await import('./source-position.ts')
  const key = repeatedKey(source)
  if (key === undefined) return undefined
  return key === 'break'
    ? {
        path: [key],
        text: 'break: expected one fault: a scenario breaks ONE step, saw it twice',
        next: 'Split it into two files',
      }
    : { path: [key], text: `${key}: expected it once, saw it twice`, next: 'Remove one' }
}

async function importProblem(
  error: unknown,
  file: string,
  source: string,
  place: (path: readonly string[]) => Promise<string>,
): Promise<Error> {
  if (error instanceof InvalidInput) {
    return new InvalidInput(await place(error.path), error.message)
  }
  const shown = shownPath(file)
  const { syntaxProblem } = await import('./source-position.ts')
  const syntax = syntaxProblem(error, source)
  if (syntax !== undefined) {
    return new InvalidInput(
      `${shown}:${syntax.line}:${syntax.column}`,
      `expected TypeScript, saw: ${syntax.message}`,
    )
  }
  if (!(error instanceof Error)) return new InvalidInput(shown, `the file threw ${String(error)}`)
  const unknown = await unknownName(error, file, source)
  if (unknown !== undefined) return unknown
  const frame = stackFrame(error, file)
  if (
    frame === undefined &&
    !/ERR_MODULE_NOT_FOUND|ERR_PACKAGE/.test(String((error as { code?: string }).code))
  ) {
    return error
  }
  return new InvalidInput(
    frame === undefined ? shown : `${shown}:${frame}`,
    `${error.name}: ${error.message}`,
  )
}

/**
 * An import of `#sandbox/...` that leads nowhere. The names are the project's own: a file outside of it, which Node may
 * import all the same, does not know them.
 */
async function unknownName(error: Error, file: string, source: string): Promise<InvalidInput | undefined> {
  const [, name = ''] = /"(#sandbox[^"]*)" is not defined/.exec(error.message) ?? []
  const { locateText } = await import('./source-position.ts')
  const at = locateText(source, name)
  // One of another file that this one imports: Node says which.
  if (name === '' || at === undefined) return undefined
  const place = `${shownPath(file)}:${at.line}:${at.column}`
  const names = steps.map((step) => `#sandbox/${step}`)
  if (!realpathSync(file).startsWith(project)) {
    const step = steps[names.indexOf(name)]
    const folder = `scenarios/${step === undefined ? '' : `${stepFolder(step)}/`}`
    return new InvalidInput(place, `${name}: expected a file inside the project, saw one outside`, {
      next: `Put it into ${folder}, or anywhere else below ${project}`,
    })
  }
  return new InvalidInput(place, `${name}: no step has this name.${didYouMean(name, names)}`, {
    next: `All of them: ${names.join(', ')}`,
  })
}

/** As a person would name it: from here, where it does not lie elsewhere altogether. */
function shownPath(file: string): string {
  const path = relative(process.cwd(), file)
  return path === '' || path.startsWith('..') ? file : path
}

function stackFrame(error: Error, file: string): string | undefined {
  const url = pathToFileURL(file).href
  for (const line of error.stack?.split('\n') ?? []) {
    const at = line.indexOf(url)
    if (at !== -1) return /^:(\d+:\d+)/.exec(line.slice(at + url.length))?.[1]
  }
  return undefined
}
