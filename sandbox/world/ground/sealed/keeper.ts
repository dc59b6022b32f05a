/**
 * The runner's hand inside the clients' namespaces: it opens sockets there and passes them out, so that every
 * machine stays an ordinary part of the runner. It closes its own copies, or it would accept connections that
 * nobody serves.
 */
import type { SendHandle } from 'node:child_process'
import { readlinkSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import type { FullBacklog } from '../ground.ts'
import { PortableGround } from '../portable-ground.ts'
import type { FromKeeper, ToKeeper } from './messages.ts'

// Without the runner nobody would ever end this process, and all others in here with it.
process.on('disconnect', () => process.exit(0))

const ground = new PortableGround()
const backlogs = new Map<string, FullBacklog>()

process.on('message', (message: ToKeeper) => {
  answer(message).catch((error: NodeJS.ErrnoException) => {
    const { message: text, code } = error
    tell({ kind: 'failed', id: message.id, message: text, ...(code === undefined ? {} : { code }) })
  })
})

async function answer(message: ToKeeper): Promise<void> {
  const { id, address, port } = message
  const place = `${address}:${port}`
  switch (message.kind) {
    case 'listen': {
      const { createServer } = await import('node:net')
      const server = createServer({ pauseOnConnect: true })
      await ground.listen(server, address, port)
      tell({ kind: 'done', id }, server, () => server.close())
      return
    }
    case 'bind-udp': {
      const socket = await ground.bindUdp(address, port)
      tell({ kind: 'done', id }, socket, () => socket.close())
      return
    }
    case 'probe':
      return tell({ kind: 'done', id, value: await ground.probe(address, port) })
    case 'fill-backlog':
      backlogs.set(place, await ground.fillBacklog(address, port))
      return tell({ kind: 'done', id })
    case 'unanswered':
      return tell({ kind: 'done', id, value: (await backlogs.get(place)?.unanswered()) ?? 0 })
    case 'release-backlog':
      await backlogs.get(place)?.release()
      backlogs.delete(place)
      return tell({ kind: 'done', id })
    default:
      message satisfies never
  }
}

function tell(message: FromKeeper, handle?: SendHandle, onSent: () => void = () => {}): void {
  process.send?.(message, handle, {}, onSent)
}

// `/proc` is still the host's, so this link names the process as the host knows it.
tell({ kind: 'ready', pid: Number(readlinkSync('/proc/self')) })
// It is killed in the end, and would not write what it compiled.
flushCompileCache()
