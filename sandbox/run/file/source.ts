import { stripTypeScriptTypes } from 'node:module'
import type { Expression, Node, ObjectExpression, Program, Property } from 'acorn'
import { parse } from 'acorn'

// Loaded only where something is wrong: the parser takes 15 ms of a start.

/** A scenario file as it was written, read but not run. */
export class Source {
  readonly text: string
  readonly program: Program

  /** Undefined where it cannot be read as a program. */
  static read(text: string): Source | undefined {
    const program = parseText(text)
    return program === undefined ? undefined : new Source(text, program)
  }

  /** Where a text stops being a program; undefined where it is one. */
  static errorIn(text: string): { readonly line: number; readonly column: number } | undefined {
    if (parseText(text) !== undefined) return undefined
    try {
      parse(text, { ecmaVersion: 'latest', sourceType: 'module' })
      return undefined
    } catch (problem) {
      const { loc } = problem as { loc?: { line: number; column: number } }
      return loc && { line: loc.line, column: loc.column + 1 }
    }
  }

  private constructor(text: string, program: Program) {
    this.text = text
    this.program = program
  }

  /** What is exported, or undefined. */
  get exported(): Expression | undefined {
    const node = this.program.body.find(({ type }) => type === 'ExportDefaultDeclaration')
    return node === undefined ? undefined : ((node as { declaration: unknown }).declaration as Expression)
  }

  /** What a name stands for, where a statement of the file says it: `const call = { ... }`. */
  resolve(expression: Expression): Expression {
    if (expression.type !== 'Identifier') return expression
    for (const node of this.program.body) {
      const declaration = node.type === 'ExportNamedDeclaration' ? node.declaration : node
      if (declaration?.type !== 'VariableDeclaration') continue
      for (const { id, init } of declaration.declarations) {
        if (id.type === 'Identifier' && id.name === expression.name && init) return init
      }
    }
    return expression
  }

  /** The object literal that a value is, or that is given to the call that makes it. */
  objectOf(value: Expression): ObjectExpression | undefined {
    const expression = this.resolve(value)
    if (expression.type === 'ObjectExpression') return expression
    if (expression.type !== 'CallExpression') return undefined
    const [first] = expression.arguments
    return first === undefined || first.type === 'SpreadElement' ? undefined : this.objectOf(first)
  }
}

/**
 * Most scenario files are JavaScript too, and read as such; the others have their types blanked out first, which keeps
 * every position and takes some 30 ms.
 */
function parseText(text: string): Program | undefined {
  for (const read of [() => text, () => stripTypeScriptTypes(text, { mode: 'strip' })]) {
    try {
      return parse(read(), { ecmaVersion: 'latest', sourceType: 'module', locations: true })
    } catch {
      // Next.
    }
  }
  return undefined
}

/** The name of a property's key, where it stands there as it is. */
export function keyOf({ computed, key }: Property): string | undefined {
  if (key.type === 'Identifier') return computed ? undefined : (key as Node & { name: string }).name
  if (key.type === 'Literal') return String((key as Node & { value: unknown }).value)
  return undefined
}
