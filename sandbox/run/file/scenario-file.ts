import { basename } from 'node:path'
import { InvalidInput } from '../../errors/invalid-input.ts'
import type { Scenario } from '../../language/scenario.ts'
import { stepFolder } from '../../language/steps.ts'
import { problemsOf, scenarioKeys } from './check-scenario.ts'
import { importDefault, readText } from './read-scenario.ts'
import { folderOf, shownPath } from './scenario-place.ts'
import type { ScenarioProblem } from './scenario-problem.ts'

export { findScenarioFile, listScenarioFiles } from './scenario-place.ts'

/** A scenario as it stands in its file. */
export interface ScenarioFile {
  readonly id: string
  readonly file: string
  readonly scenario: Scenario
}

/**
 * Imports and checks one file.
 * @throws InvalidInput with all that is wrong: each with `file:line:column`, what was expected and what was seen.
 */
export async function loadScenarioFile(file: string): Promise<ScenarioFile> {
  const shown = shownPath(file)
  const text = readText(file, shown)
  let problems: readonly ScenarioProblem[] | undefined
  try {
    const exported = await importDefault(file, text)
    problems = [...(await repetitions(text)), ...problemsOf(exported), ...placeProblems(file, exported)]
    if (problems.length === 0) return { id: basename(file, '.ts'), file, scenario: exported as Scenario }
  } catch (error) {
    const { importProblems } = await import('./import-problems.ts')
    problems = await importProblems(error, file, text)
    if (problems === undefined) throw error
  }
  // Loaded only where something is wrong: the parser takes 15 ms of a start.
  const { placed } = await import('./import-problems.ts')
  throw placed(problems, { shown, text })
}

/**
 * Imports and checks several.
 * @throws InvalidInput with all that is wrong with any of them.
 */
export async function loadScenarioFiles(files: readonly string[]): Promise<readonly ScenarioFile[]> {
  const loaded = await Promise.allSettled([...new Set(files)].map(loadScenarioFile))
  const errors = loaded.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []))
  const bug = errors.find((error) => !(error instanceof InvalidInput))
  if (bug !== undefined) throw bug
  if (errors.length > 0) throw InvalidInput.of(errors as InvalidInput[])
  const byFile = new Map(
    loaded.flatMap((each) => (each.status === 'fulfilled' ? [[each.value.file, each.value]] : [])),
  )
  return files.map((file) => byFile.get(file)!)
}

/** Keys that stand twice in the file: what is exported holds only the last. */
async function repetitions(text: string): Promise<ScenarioProblem[]> {
  const keys = text.match(new RegExp(`\\b(${scenarioKeys.join('|')})\\b(?=['"]?\\s*:)`, 'g')) ?? []
  if (new Set(keys).size === keys.length) return []
  const [{ Source }, { repeatedKeys }] = await Promise.all([
    import('./source.ts'),
    import('./source-position.ts'),
  ])
  return repeatedKeys(Source.read(text)).map((key) =>
    key === 'break'
      ? {
          path: [key],
          text: 'break: expected one fault: a scenario breaks ONE step, saw it twice',
          next: 'Split it into two files',
        }
      : { path: [key], text: `${key}: expected it once, saw it twice`, next: 'Remove one' },
  )
}

/** A file of the catalogue stands in the folder of the step that it breaks, and teaches something. */
function placeProblems(file: string, exported: unknown): ScenarioProblem[] {
  const folder = folderOf(file)
  if (folder === undefined) return []
  const { break: fault, lesson } = Object(exported) as Partial<Scenario>
  const problems: ScenarioProblem[] = []
  if (fault?.step !== undefined && folder !== stepFolder(fault.step))
    problems.push({
      path: ['break'],
      text: `break: expected a fault of the folder's step, ${folder}, saw ${fault.id}`,
      next: `Move the file to scenarios/${stepFolder(fault.step)}/`,
    })
  const missing = (['story', 'why', 'seeIt', 'clue', 'looksLike'] as const).filter((part) => !lesson?.[part])
  if (missing.length > 0)
    problems.push({
      path: ['lesson'],
      text: `lesson: expected ${missing.join(', ')}, as every file under scenarios/ has, saw ${lesson === undefined ? 'no lesson' : 'none'}`,
      next: 'Write it, or keep the file outside of scenarios/',
    })
  return problems
}
