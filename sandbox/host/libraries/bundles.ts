import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildEntry, touchEntry } from '../lifetime/cache-entry.ts'
import { cacheDirectory, type RunDirectory } from '../lifetime/run-directory.ts'
import { bundleFolder, bundleOf, installed, libraryNames } from './library.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** The folder, and whether the bundles are there. */
export interface LibraryBundles {
  readonly folder: string
  readonly isBuilt: boolean
}

/**
 * Where libraries are kept, each bundled into one file: Express and pg are 120 small ones, which take 60 ms of
 * every start, http-proxy is 12, which take 8 ms. What is installed has not changed since: npm writes its list anew
 * whenever it installs anything.
 *
 * @returns undefined where npm did not install them; they are loaded as they are then.
 */
export function findBundles(): LibraryBundles | undefined {
  const list = statSync(join(root, 'node_modules', '.package-lock.json'), { throwIfNoEntry: false })
  if (list === undefined) return undefined
  const names = libraryNames.join('-')
  const folder = join(cacheDirectory(), `libraries-${names}-${Math.round(list.mtimeMs)}-${list.size}`)
  const isWhole = libraryNames.every(
    (name) => (statSync(bundleOf(folder, name), { throwIfNoEntry: false })?.size ?? 0) > 0,
  )
  if (isWhole) touchEntry(folder)
  // A part of it would stand in the way of the whole.
  else rmSync(folder, { recursive: true, force: true })
  return { folder, isBuilt: isWhole }
}

/** Bundles them for the runs to come. Its process is not waited for: it ends with this one. */
export async function buildBundles({ folder }: LibraryBundles, { id }: RunDirectory): Promise<void> {
  const { build } = await import('esbuild')
  await buildEntry(folder, id, async (building) => {
    await build({
      absWorkingDir: root,
      entryPoints: Object.fromEntries(Object.entries(installed).map(([name, file]) => [name, file()])),
      outdir: join(building, bundleFolder),
      outExtension: { '.js': '.cjs' },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      // Asked for by pg only where it is installed, and it is not.
      external: ['pg-native'],
      logLevel: 'silent',
    })
  })
}
