/**
 * `node main.mjs <command> ...`: turns the compile cache on before any TypeScript is read, so that the
 * stripped sources are kept compiled between runs. That is why this one file is JavaScript; and an older Node, which
 * reads no TypeScript, can still say what it misses.
 */
import { existsSync } from 'node:fs'
// Its names one by one would be a SyntaxError where one of them does not exist yet.
import module from 'node:module'
import { join } from 'node:path'
import { cacheFolder } from '../host/lifetime/own-folder.mjs'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
// The first ones that read TypeScript without being told to.
if (major < 22 || (major === 22 && minor < 18) || (major === 23 && minor < 6)) {
  const own = new URL('../../node_modules/.bin/node', import.meta.url)
  // npm puts the folder of the project's own onto PATH, where a colon ends a folder.
  const isHidden = existsSync(own) && own.pathname.includes(':')
  const next = isHidden
    ? `The project has its own, which PATH cannot name: expected a folder without a colon. Rename it`
    : existsSync(own)
      ? `The project has its own: npm run ${process.argv[2] ?? 'scenario'}`
      : 'Install Node 24: https://nodejs.org/en/download'
  process.stderr.write(`Node: expected 22.18 or newer, saw ${process.versions.node}. ${next}\n`)
  process.exit(2)
}

// What lies there gets executed. Where it is not ours alone, a run that needs it says so.
const { path, problem } = cacheFolder()
if (problem === undefined) module.enableCompileCache(join(path, 'compile'))

// Our own modules name each other by path and ending, so there is nothing to look up. Node would ask the file system
// four times for each of the 130 that the runner loads: a twentieth of a start (medians of 25 pairs).
const ours = new URL('..', import.meta.url).href
module.registerHooks({
  resolve(specifier, context, next) {
    if (specifier.startsWith('.') && specifier.endsWith('.ts') && context.parentURL?.startsWith(ours)) {
      const url = new URL(specifier, context.parentURL)
      // What is not there Node says best: with the module that names it.
      if (existsSync(url)) return { url: url.href, format: 'module-typescript', shortCircuit: true }
    }
    return next(specifier, context)
  },
})

const { main } = await import('./main.ts')
await main(process.argv[2])
