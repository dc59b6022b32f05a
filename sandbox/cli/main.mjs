/**
 * `node main.mjs <command> ...`: turns the compile cache on before any TypeScript is read, so that the
 * stripped sources are kept compiled between runs. That is why this one file is JavaScript.
 */
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

const home = process.getuid?.() === 0 ? '/var/cache' : process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
enableCompileCache(join(process.env.FAULTPATH_CACHE || join(home, 'faultpath'), 'compile'))

const { main } = await import('./main.ts')
await main(process.argv[2])
