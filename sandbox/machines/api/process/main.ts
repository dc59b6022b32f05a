/** The API's process: `main.ts <address> <port>`, with an IPC channel to the runner. */
import { serve } from './serve.ts'

// Without the runner nobody would ever end this process.
process.on('disconnect', () => process.exit(0))

const [address, port] = process.argv.slice(2)
serve(address!, Number(port))
