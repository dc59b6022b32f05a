import { stripTypeScriptTypes } from 'node:module'
import { type Expression, type Node, type ObjectExpression, type Program, parse } from 'acorn'

export interface Position {
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
}

/**
 * Where in a scenario file a value stands: `['call', 'timeoutMs']` leads to that key. The longest part of
 * the path that the file really contains counts. Types are blanked out first, which keeps every position.
 */
export function locate(source: string, path: readonly string[]): Position {
  const program = parseSource(source)
  if (program === undefined) return { line: 1, column: 1 }
  const exported = program.body.find((node) => node.type === 'ExportDefaultDeclaration')
  if (exported === undefined) return { line: 1, column: 1 }
  let found: Node = exported
  let object = objectOf(exported.declaration as Expression)
  for (const key of path) {
    const property = object === undefined ? undefined : propertyOf(object, key)
    if (property === undefined) break
    found = property
    object = objectOf(property.value as Expression)
  }
  return position(found)
}

/** Where a text stands first; undefined when it is empty or stands nowhere. */
export function locateText(source: string, text: string): Position | undefined {
  const index = text === '' ? -1 : source.indexOf(text)
  if (index === -1) return undefined
  const before = source.slice(0, index).split('\n')
  return { line: before.length, column: before.at(-1)!.length + 1 }
}

/** The keys of the exported object that stand there more than once: JavaScript keeps only the last. */
export function repeatedKey(source: string): string | undefined {
  const program = parseSource(source)
  const exported = program?.body.find((node) => node.type === 'ExportDefaultDeclaration')
  const object = exported === undefined ? undefined : objectOf(exported.declaration as Expression)
  const seen = new Set<string>()
  for (const property of object?.properties ?? []) {
    const key = property.type === 'Property' ? keyOf(property.key) : undefined
    if (key === undefined) continue
    if (seen.has(key)) return key
    seen.add(key)
  }
  return undefined
}

export interface SyntaxProblem extends Position {
  readonly message: string
}

/** Line and column of a syntax error that stopped the import; undefined when it was something else. */
export function syntaxProblem(error: unknown, source: string): SyntaxProblem | undefined {
  if (!(error instanceof SyntaxError)) return undefined
  // Node prints the line and, below it, a caret under the column.
  const [place, , caret] = (error.stack ?? '').split('\n')
  const line = Number(/:(\d+)$/.exec(place ?? '')?.[1])
  if (Number.isInteger(line) && caret?.includes('^'))
    return { line, column: caret.indexOf('^') + 1, message: error.message }
  try {
    parse(source, { ecmaVersion: 'latest', sourceType: 'module' })
  } catch (problem) {
    const { loc } = problem as { loc?: { line: number; column: number } }
    if (loc !== undefined) return { line: loc.line, column: loc.column + 1, message: error.message }
  }
  return { line: 1, column: 1, message: error.message }
}

/**
 * Most scenario files are JavaScript too, and read as such; the others have their types blanked out first,
 * which costs the start some 30 ms.
 */
function parseSource(source: string): Program | undefined {
  for (const read of [() => source, () => blankTypes(source)]) {
    try {
      return parse(read(), { ecmaVersion: 'latest', sourceType: 'module', locations: true })
    } catch {
      // Next.
    }
  }
  return undefined
}

function blankTypes(source: string): string {
  return stripTypeScriptTypes(source, { mode: 'strip' })
}

/** The object literal that a value is, or that is given to the call that makes it. */
function objectOf(expression: Expression): ObjectExpression | undefined {
  if (expression.type === 'ObjectExpression') return expression
  if (expression.type === 'CallExpression') {
    const first = expression.arguments[0]
    return first === undefined || first.type === 'SpreadElement' ? undefined : objectOf(first)
  }
  return undefined
}

function propertyOf(object: ObjectExpression, key: string) {
  for (const property of object.properties.toReversed()) {
    if (property.type === 'Property' && keyOf(property.key) === key) return property
  }
  return undefined
}

function keyOf(key: Node): string | undefined {
  if (key.type === 'Identifier') return (key as Node & { name: string }).name
  if (key.type === 'Literal') return String((key as Node & { value: unknown }).value)
  return undefined
}

function position(node: Node): Position {
  return { line: node.loc?.start.line ?? 1, column: (node.loc?.start.column ?? 0) + 1 }
}
