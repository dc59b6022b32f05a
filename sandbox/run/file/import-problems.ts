import { realpathSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { InvalidInput } from '../../errors/invalid-input.ts'
import { stepFolder, steps } from '../../language/steps.ts'
import { foreignFrame, sawThrown } from './blame.ts'
import { problemsOf, shapeProblems } from './check-scenario.ts'
import { GlobalsChanged, NeverRead } from './read-scenario.ts'
import { shownPath } from './scenario-place.ts'
import type { ScenarioProblem } from './scenario-problem.ts'
import { Source } from './source.ts'
import { stepNames, wrongNames } from './source-names.ts'
import { locate, locateText, type Position } from './source-position.ts'
import { readExported } from './source-value.ts'

const project = fileURLToPath(new URL('../../..', import.meta.url))

/** A problem, and where in its file. */
export type PlacedProblem = ScenarioProblem & Partial<Position>

/**
 * Why a file could not be run, and what else is wrong with it as far as that can be read without running it. Undefined
 * where the error is none of the file's: a bug of ours.
 */
export async function importProblems(
  error: unknown,
  file: string,
  text: string,
): Promise<readonly PlacedProblem[] | undefined> {
  const source = Source.read(text)
  const names = await missingNames(error, file, text, source)
  const reasons = names.length > 0 ? names : reasonOf(error, file, text)
  if (reasons === undefined || source === undefined) return reasons
  return [...reasons, ...otherProblems(source)]
}

function reasonOf(error: unknown, file: string, text: string): readonly PlacedProblem[] | undefined {
  if (error instanceof InvalidInput)
    return error.problems.map(({ message, path }) => ({ path, text: message }))
  if (error instanceof NeverRead) {
    const next = 'Look at what stands behind its await'
    return [{ path: [], text: sawThrown(error), next, ...locateText(text, 'await') }]
  }
  if (error instanceof GlobalsChanged) {
    const [name = ''] = error.changed
    return [{ path: [], text: sawThrown(error), ...locateText(text, name.split('.').at(-1)!) }]
  }
  const syntax = syntaxProblem(error, file, text)
  if (syntax !== undefined) return [syntax]
  const frame = foreignFrame(error)
  const { code = '', message, stack } = Object(error) as NodeJS.ErrnoException
  if (frame === undefined && /^ERR_(MODULE|PACKAGE|UNSUPPORTED|UNKNOWN|INVALID_MODULE)/.test(code)) {
    const imported = /'([^']+)'/.exec(message)?.[1] ?? ''
    return [
      {
        path: [],
        text: `expected imports that lead somewhere, saw: ${message}`,
        next: `A step is imported by its name, such as ${stepNames[1]}`,
        ...locateText(text, imported),
      },
    ]
  }
  // What only our own files threw is a bug of ours.
  if (frame === undefined && stack?.includes(pathToFileURL(`${project}sandbox/`).href)) return undefined
  if (frame === undefined || frame.file === file) return [{ path: [], text: sawThrown(error), ...frame }]
  const place = `${shownPath(frame.file)}:${frame.line}:${frame.column}`
  return [{ path: [], text: `${sawThrown(error)} (${place}, which it imports)` }]
}

/** Imports that lead nowhere, names that no step has, and a file that Node does not let import a step. */
async function missingNames(
  error: unknown,
  file: string,
  text: string,
  source: Source | undefined,
): Promise<readonly PlacedProblem[]> {
  if (error instanceof InvalidInput || source === undefined) return []
  const [, name = ''] = /"(#sandbox[^"]*)" is not defined/.exec(String((error as Error)?.message)) ?? []
  const step = steps[stepNames.indexOf(name)]
  const at = locateText(text, name)
  // Node knows the names of the project's own files only.
  if (at !== undefined && !realpathSync(file).startsWith(project)) {
    const folder = `scenarios/${step === undefined ? '' : `${stepFolder(step)}/`}`
    const next = `Put it into ${folder}, or anywhere else below ${project}`
    return [{ path: [], text: `${name}: expected a file inside the project, saw one outside`, next, ...at }]
  }
  return (await wrongNames(source, file)).map((wrong) => ({ path: [], ...wrong }))
}

/** What else is wrong: with all of it where all but the fault stands there as data, else with the parts that do. */
function otherProblems(source: Source): readonly ScenarioProblem[] {
  const { unread, value } = readExported(source)
  const isRead = (path: readonly string[]) =>
    !unread.some((open) => open.every((key, index) => path[index] === key))
  const isWhole = unread.every(([first]) => first === 'break')
  return (isWhole ? problemsOf(value) : shapeProblems(value)).filter(({ path }) => isRead(path))
}

/** A line that is no TypeScript; undefined where something else is wrong. */
function syntaxProblem(error: unknown, file: string, text: string): PlacedProblem | undefined {
  if (!(error instanceof SyntaxError)) return undefined
  const { code, message, stack = '' } = error as SyntaxError & { code?: string }
  // Its own words, without the frame that some of them are followed by.
  const [words = ''] = message.trim().split('\n')
  // Node prints the file and the line, then the line itself, and below it a caret under the column.
  const [place = '', , caret = ''] = stack.split('\n')
  const [, where = '', line] = /^(.+):(\d+)$/.exec(place) ?? []
  const other = where.startsWith('file:') ? fileURLToPath(where) : where
  if (other.startsWith('/') && other !== file) {
    const problem = `expected imports that can be read, saw the syntax of ${shownPath(other)}:${line} wrong: ${words}`
    return { path: [], text: problem }
  }
  const column = caret.indexOf('^') + 1
  const at = line !== undefined && column > 0 ? { line: Number(line), column } : Source.errorIn(text)
  return code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'
    ? {
        path: [],
        text: `expected TypeScript that is JavaScript but for its types, saw: ${words}`,
        next: 'Write it without',
        ...at,
      }
    : {
        path: [],
        text: `the syntax is wrong: ${words}`,
        next: 'Mend this place, or what stands right before it',
        ...at,
      }
}

/** Each with its line and column, in the order in which they stand in the file. */
export function placed(
  problems: readonly PlacedProblem[],
  { shown, text }: { readonly shown: string; readonly text: string },
): InvalidInput {
  const source = Source.read(text)
  const located = problems.map((problem) => {
    const { column, line } =
      problem.line === undefined
        ? locate(source, problem.path)
        : { line: problem.line, column: problem.column }
    return { ...problem, line, column: column ?? 1 }
  })
  const inOrder = located.toSorted((one, other) => one.line - other.line || one.column - other.column)
  return InvalidInput.of(
    inOrder.map(({ column, line, next, path, text: problem }) => {
      const place = `${shown}:${line}:${column}`
      return new InvalidInput(place, problem, { path, ...(next === undefined ? {} : { next }) })
    }),
  )
}
