/** The API's process: `main.ts <address> <port>`, with an IPC channel to the runner. */
import { serve } from './serve.ts'

// Without the runner, no other process would ever end this one.
process.on('disconnect', () => process.exit(0))

const [address, port] = process.argv.slice(2)
serve(address!, Number(port))
