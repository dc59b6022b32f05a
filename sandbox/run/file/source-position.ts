import type { Expression, Node, ObjectExpression, Property } from 'acorn'
import { keyOf, type Source } from './source.ts'

export interface Position {
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
}

/**
 * Where in a scenario file a value stands: `['call', 'timeoutMs']` leads to that key, `['expect', 'fetch', 'oneOf', '1']`
 * to the second member. The longest part of the path that the file really contains counts.
 */
export function locate(source: Source | undefined, path: readonly string[]): Position {
  const exported = source?.exported
  if (source === undefined || exported === undefined) return { line: 1, column: 1 }
  let found: Node = source.program.body.find(({ type }) => type === 'ExportDefaultDeclaration')!
  let value: Expression | undefined = exported
  for (const key of path) {
    const inner: Part | undefined = value && partOf(source, value, key)
    if (inner === undefined) break
    found = inner.node
    value = inner.value
  }
  return positionOf(found)
}

interface Part {
  readonly node: Node
  readonly value: Expression | undefined
}

function partOf(source: Source, value: Expression, key: string): Part | undefined {
  const expression = source.resolve(value)
  if (expression.type === 'ArrayExpression') {
    const element = expression.elements[Number(key)]
    if (element === undefined || element === null) return undefined
    return { node: element, value: element.type === 'SpreadElement' ? undefined : element }
  }
  const object = source.objectOf(expression)
  const property = object && propertyOf(source, object, key)
  return property && { node: property, value: property.value as Expression }
}

/** The last one counts, as it does for JavaScript; also one that another object brings with it (`...base`). */
function propertyOf(source: Source, object: ObjectExpression, key: string): Property | undefined {
  for (const property of object.properties.toReversed()) {
    if (property.type === 'Property') {
      if (keyOf(property) === key) return property
    } else {
      const spread = source.objectOf(property.argument)
      const found = spread && propertyOf(source, spread, key)
      if (found !== undefined) return found
    }
  }
  return undefined
}

/** Where a text stands first; undefined when it is empty or stands nowhere. */
export function locateText(text: string, wanted: string): Position | undefined {
  const index = wanted === '' ? -1 : text.indexOf(wanted)
  if (index === -1) return undefined
  const before = text.slice(0, index).split('\n')
  return { line: before.length, column: before.at(-1)!.length + 1 }
}

/** The keys of the exported object that stand there more than once: JavaScript keeps only the last. */
export function repeatedKeys(source: Source | undefined): readonly string[] {
  const exported = source?.exported
  const object = exported && source?.objectOf(exported)
  const keys = object?.properties.flatMap((property) =>
    property.type === 'Property' ? (keyOf(property) ?? []) : [],
  )
  return [...new Set(keys?.filter((key, index) => keys.indexOf(key) !== index))]
}

export function positionOf({ loc }: Node): Position {
  return { line: loc?.start.line ?? 1, column: (loc?.start.column ?? 0) + 1 }
}
