import type { Expression } from 'acorn'
import { keyOf, type Source } from './source.ts'

/** What a file says without being run. */
export interface ReadValue {
  readonly value: unknown
  /** The keys that lead to what only running it would tell, such as a call of a function. */
  readonly unread: readonly (readonly string[])[]
}

/**
 * What is exported, as far as it stands there as plain data. For a file that cannot be run because of one mistake, so
 * that its others are told with it.
 */
export function readExported(source: Source): ReadValue {
  const unread: (readonly string[])[] = []
  const read = (expression: Expression | null, path: readonly string[]): unknown => {
    const node = expression && source.resolve(expression)
    switch (node?.type) {
      case 'Literal':
        return node.value
      case 'TemplateLiteral':
        if (node.expressions.length === 0) return node.quasis[0]?.value.cooked
        break
      case 'UnaryExpression':
        if (node.operator === '-' && node.argument.type === 'Literal') return -Number(node.argument.value)
        break
      case 'ArrayExpression':
        if (node.elements.every((element) => element?.type !== 'SpreadElement'))
          return node.elements.map((element, index) => read(element as Expression, [...path, String(index)]))
        break
      case 'ObjectExpression': {
        const entries = node.properties.map((property) =>
          property.type === 'Property' && property.kind === 'init' && keyOf(property) !== undefined
            ? ([keyOf(property)!, property.value as Expression] as const)
            : undefined,
        )
        if (entries.every((entry) => entry !== undefined))
          return Object.fromEntries(entries.map(([key, value]) => [key, read(value, [...path, key])]))
        break
      }
    }
    unread.push(path)
    return undefined
  }
  const { exported } = source
  const object = exported && source.objectOf(exported)
  return object === undefined ? { value: undefined, unread: [[]] } : { value: read(object, []), unread }
}
