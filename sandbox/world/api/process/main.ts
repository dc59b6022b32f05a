/**
 * The API's process: `main.ts <address> <port>`, with an IPC channel to the runner. What it serves is
 * imported only after the compile cache is on, or it would be compiled anew each time.
 */
import { enableCompileCache } from 'node:module'

// Without the runner nobody would ever end this process.
process.on('disconnect', () => process.exit(0))
// An ordinary exit: a process that dies of a signal does not write the compile cache.
process.on('SIGTERM', () => process.exit(0))

const cacheFolder = process.env['FAULTPATH_COMPILE_CACHE']
if (cacheFolder !== undefined) enableCompileCache(cacheFolder)

const [address, port] = process.argv.slice(2)
const { serve } = await import('./serve.ts')
serve(address!, Number(port))
