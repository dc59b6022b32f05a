import { statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildEntry, touchEntry } from '../lifetime/cache-entry.ts'
import { cacheDirectory, type RunDirectory } from '../lifetime/run-directory.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** The folder, and whether the bundles are there. */
export interface LibraryBundles {
  readonly folder: string
  readonly isBuilt: boolean
}

/**
 * Where the API's libraries are kept, each bundled into one file: Express and pg are 120 small ones, which take
 * 60 ms of every start, and the API is what a start waits for. What is installed has not changed since: npm writes
 * its list anew whenever it installs anything.
 *
 * @returns undefined where npm did not install them; they are loaded as they are then.
 */
export function findBundles(): LibraryBundles | undefined {
  const list = statSync(join(root, 'node_modules', '.package-lock.json'), { throwIfNoEntry: false })
  if (list === undefined) return undefined
  const folder = join(cacheDirectory(), `libraries-${Math.round(list.mtimeMs)}-${list.size}`)
  return { folder, isBuilt: touchEntry(folder) }
}

/** Bundles them for the runs to come. Its process is not waited for: it ends with this one. */
export async function buildBundles({ folder }: LibraryBundles, { id }: RunDirectory): Promise<void> {
  const [{ build }, { libraryNames }] = await Promise.all([import('esbuild'), import('./process/library.ts')])
  await buildEntry(folder, id, async (outdir) => {
    await build({
      absWorkingDir: root,
      entryPoints: [...libraryNames],
      outdir,
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
