import type { Socket } from 'node:net'

/** A peer that takes no bytes must not keep a socket open that is to be gone. */
const finWaitsMs = 1_000

/**
 * Ends the connection with a RST. Two defects of Node's `resetAndDestroy` (24.21) are mended:
 *
 * - Of a socket whose FIN is just going out libuv refuses the RST (`uv_tcp_close_reset`: EINVAL), and Node then never
 *   closes the handle: the connection stays open for ever. So the FIN is waited for; where it cannot go, since the peer
 *   takes no bytes, the socket is closed without a RST.
 * - Of a socket that is being connected it waits for the connection, which may never come: that socket is closed.
 */
export function resetSocket(socket: Socket): void {
  if (socket.connecting) socket.destroy()
  else if (socket.destroyed || !socket.writableEnded || socket.writableFinished) socket.resetAndDestroy()
  else {
    const timer = setTimeout(() => socket.destroy(), finWaitsMs)
    socket.once('close', () => clearTimeout(timer))
    socket.once('finish', () => socket.resetAndDestroy())
  }
}
