/**
 * Bundles the libraries that every start waits for, each into one file. `npm ci` and `npm install` run this as
 * `prepare`. Without the bundles everything runs, a little slower, so nothing that goes wrong here fails an install.
 *
 * usage: node bundle.mjs [folder]
 */
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

try {
  const [{ build }, { bundles, installed }] = await Promise.all([import('esbuild'), import('./library.ts')])
  const folder = process.argv[2] ?? bundles
  // Built aside: a run that starts meanwhile sees all of them, or none.
  const aside = `${folder}-${process.pid}`
  try {
    mkdirSync(aside, { recursive: true })
    await build({
      absWorkingDir: fileURLToPath(new URL('../../..', import.meta.url)),
      entryPoints: Object.fromEntries(Object.entries(installed).map(([name, file]) => [name, file()])),
      outdir: aside,
      outExtension: { '.js': '.cjs' },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      // Asked for by pg only where it is installed, and it is not.
      external: ['pg-native'],
      logLevel: 'silent',
    })
    rmSync(folder, { recursive: true, force: true })
    renameSync(aside, folder)
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
} catch (error) {
  const [reason] = String(error.message).split('\n')
  process.stderr.write(`libraries are not bundled, every start takes a little longer: ${reason}\n`)
}
