/** Sends back what it gets. */
import { createServer } from 'node:net'

const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy())
  socket.pipe(socket)
})
server.listen(Number(process.argv[2]), '127.0.0.1')
