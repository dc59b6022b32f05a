/**
 * The thread of a full backlog. Told so, it listens and then blocks for good, so it never accepts what waits in the
 * kernel's accept queue. It must be a thread of its own: blocking is what makes it work.
 */
import { createServer } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

const { address, port, backlog } = workerData as { address: string; port: number; backlog: number }

const server = createServer()
server.on('error', (error: NodeJS.ErrnoException) => parentPort?.postMessage(error.code ?? error.message))
parentPort?.once('message', () => {
  server.listen({ host: address, port, backlog }, () => {
    parentPort?.postMessage('listening')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })
})
parentPort?.postMessage('ready')
