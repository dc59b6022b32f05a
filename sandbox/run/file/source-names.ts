import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ImportDeclaration, ImportSpecifier, MemberExpression, Node } from 'acorn'
import { didYouMean, nearest } from '../../errors/nearest.ts'
import { type Step, stepFolder, steps } from '../../language/steps.ts'
import type { Source } from './source.ts'
import { type Position, positionOf } from './source-position.ts'

/** Something that a file names and that is not there. */
export interface WrongName extends Position {
  readonly text: string
  readonly next: string
}

const sandboxFolder = fileURLToPath(new URL('../..', import.meta.url))

type Face = Readonly<Record<string, unknown>>

/** The names that the project gives its steps: `#sandbox/dns`. */
export const stepNames = steps.map((step) => `#sandbox/${step}`)

/**
 * Imports that lead nowhere, and names of a step's face that it does not have: `import { dnss } from '#sandbox/dns'`,
 * `dns.nxdomian()`. Read, not run: Node stops at the first of them, and its words know no fault.
 */
export async function wrongNames(source: Source, file: string): Promise<readonly WrongName[]> {
  const faces: Readonly<Record<Step, Face>> = await import('../../index.ts')
  const imports = source.program.body.filter((node) => node.type === 'ImportDeclaration')
  const found: WrongName[] = []
  for (const node of imports) {
    const name = String(node.source.value)
    const step = stepOf(name, file)
    if (name === '#sandbox') found.push(...wrongSteps(source, node, faces))
    else if (step === undefined) found.push(...wrongPath(node, name, file))
    else found.push(...wrongFaults(source, node, faces[step], step))
  }
  return found
}

/** The step whose face an import leads to, by its name or by its path. */
function stepOf(name: string, file: string): Step | undefined {
  const path = name.startsWith('.') ? resolve(dirname(file), name) : undefined
  return steps.find(
    (step, index) => name === stepNames[index] || path === join(sandboxFolder, stepFolder(step), 'index.ts'),
  )
}

/** Of the whole catalogue, which holds every step and nothing else. */
function wrongSteps(
  source: Source,
  node: ImportDeclaration,
  faces: Readonly<Record<string, Face>>,
): WrongName[] {
  return node.specifiers.flatMap((each) => {
    const step = steps.find((name) => each.type === 'ImportSpecifier' && importedName(each) === name)
    if (step !== undefined) return unknownMembers(source, each.local.name, faces[step]!, step)
    if (each.type === 'ImportNamespaceSpecifier') return []
    const text = `#sandbox: it exports no "${each.local.name}".${didYouMean(each.local.name, steps)}`
    return [{ ...positionOf(each), text, next: `A scenario needs one step: ${stepNames.join(', ')}` }]
  })
}

/** An import by path, or of a package, that leads nowhere. */
function wrongPath(node: ImportDeclaration, name: string, file: string): WrongName[] {
  // The name stands behind its quote.
  const { column, line } = positionOf(node.source)
  const at = { line, column: column + 1 }
  const all = `All of them: ${stepNames.join(', ')}`
  if (name.startsWith('#sandbox'))
    return [{ ...at, text: `${name}: no step has this name.${didYouMean(name, stepNames)}`, next: all }]
  if (!/^\.{0,2}\//.test(name)) return []
  const path = resolve(dirname(file), name)
  if (existsSync(path) && /\.\w+$/.test(path)) return []
  const step = steps.find((each) =>
    name.split('/').some((part) => part.replace(/^\d\d-|\.\w+$/g, '') === each),
  )
  const next =
    step !== undefined
      ? `A step is imported by its name: #sandbox/${step}`
      : existsSync(`${path}.ts`)
        ? `Did you mean "${name}.ts"?`
        : `A step is imported by its name. ${all}`
  return [{ ...at, text: `${name}: expected a file, with its extension, saw none at ${path}`, next }]
}

function wrongFaults(source: Source, node: ImportDeclaration, face: Face, step: Step): WrongName[] {
  const exports = Object.keys(face)
  const found: WrongName[] = []
  for (const each of node.specifiers) {
    if (each.type === 'ImportDefaultSpecifier') {
      const text = `#sandbox/${step}: expected a name in braces, saw the default export, which it does not have`
      found.push({
        ...positionOf(each),
        text,
        next: `Write: import { ${step}, scenario } from '#sandbox/${step}'`,
      })
    } else if (each.type === 'ImportSpecifier') {
      const imported = importedName(each)
      const value = face[imported]
      if (!exports.includes(imported)) found.push(unknownExport(each, imported, step, exports))
      else if (typeof value === 'object' && value !== null)
        found.push(...unknownMembers(source, each.local.name, value as Face, step))
    } else found.push(...unknownMembers(source, each.local.name, face, step))
  }
  return found
}

function importedName({ imported }: ImportSpecifier): string {
  return imported.type === 'Identifier' ? imported.name : String(imported.value)
}

function unknownExport(node: Node, name: string, step: Step, exports: readonly string[]): WrongName {
  return {
    ...positionOf(node),
    text: `#sandbox/${step}: it exports no "${name}".${didYouMean(name, exports)}`,
    next: `A scenario needs: import { ${step}, scenario } from '#sandbox/${step}'`,
  }
}

/** `dns.nxdomian` and the like, where `dns` is the local name of a face or of an object in it. */
function unknownMembers(source: Source, local: string, members: Face, step: Step): WrongName[] {
  const known = Object.keys(members).filter((name) => isFault(members[name]) || !isFace(members))
  return membersOf(source.program, local).flatMap((node) => {
    const { name } = node.property as Node & { name: string }
    if (name in members) return []
    const what = isFace(members) ? `step ${step} has no fault "${name}"` : `it has no "${name}"`
    const near = nearest(name, known)
    return [
      {
        ...positionOf(node),
        text: `${local}.${name}: ${what}.${near === undefined ? '' : ` Did you mean "${near}"?`}`,
        next: known.length === 0 ? 'It has none yet' : `It has: ${known.join(', ')}`,
      },
    ]
  })
}

function isFault(value: unknown): boolean {
  return typeof value === 'function' && 'faultName' in value
}

/** A face hands on `scenario` beside its faults. */
function isFace(members: Face): boolean {
  return 'scenario' in members
}

/** Every `local.name` in a program. */
function membersOf(program: Node, local: string): MemberExpression[] {
  const found: MemberExpression[] = []
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit)
    if (typeof value !== 'object' || value === null || !('type' in value)) return
    const node = value as MemberExpression
    const { object } = node as { object?: Node & { name?: string } }
    if (node.type === 'MemberExpression' && !node.computed && object?.name === local) found.push(node)
    Object.values(value).forEach(visit)
  }
  visit(program)
  return found
}
