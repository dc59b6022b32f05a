import { createRequire } from 'node:module'
import { join } from 'node:path'

interface Libraries {
  readonly express: typeof import('express')
  readonly pg: typeof import('pg')
}

export const libraryNames = ['express', 'pg'] as const satisfies readonly (keyof Libraries)[]

const require = createRequire(import.meta.url)

/** From the folder of bundles that the runner names, else as it is installed. */
export function library<Name extends keyof Libraries>(name: Name): Libraries[Name] {
  const folder = process.env['FAULTPATH_LIBRARIES']
  return require(folder === undefined ? name : join(folder, `${name}.cjs`)) as Libraries[Name]
}
