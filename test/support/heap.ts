import { setTimeout as pause } from 'node:timers/promises'
import { inodesOf, portOf, tcpSockets } from './sockets.ts'

/** What a started command is given so that its inspector takes any free port: none is in another's way. */
export const anyInspectorPort = { NODE_OPTIONS: '--inspect-port=0' }

const openWithinMs = 10_000

/** What the heap of a Node process holds after a collection, in bytes. */
export async function heapAfterCollection(pid: number): Promise<number> {
  return await inspect(pid, async (ask) => {
    // What a first collection finalises, a second one frees.
    for (let round = 1; round <= 2; round += 1) await ask('HeapProfiler.collectGarbage')
    const { usedSize } = (await ask('Runtime.getHeapUsage')) as { readonly usedSize: number }
    return usedSize
  })
}

type Ask = (method: string, params?: object) => Promise<unknown>

/**
 * Any Node process opens its inspector on SIGUSR1, for who may signal it: so nothing in the product needs to know. It is
 * closed again, or it would be one listener more than before.
 */
async function inspect<Found>(pid: number, work: (ask: Ask) => Promise<Found>): Promise<Found> {
  const before = new Set(portsOf(pid))
  const socket = new WebSocket(await openInspector(pid, before))
  const waiting = new Map<number, (result: unknown) => void>()
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { readonly id: number; readonly result: unknown }
    waiting.get(id)?.(result)
  })
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', () => reject(new Error(`process ${pid}: its inspector hung up`)))
  })
  const closed = new Promise((resolve) => socket.addEventListener('close', resolve))
  let asked = 0
  const ask: Ask = (method, params = {}) => {
    asked += 1
    const answer = new Promise((resolve) => waiting.set(asked, resolve))
    socket.send(JSON.stringify({ id: asked, method, params }))
    return answer
  }
  try {
    return await work(ask)
  } finally {
    const expression = "process.getBuiltinModule('node:inspector').close()"
    void ask('Runtime.evaluate', { expression })
    await closed
  }
}

/** @returns where its debugger is spoken to. */
async function openInspector(pid: number, before: ReadonlySet<number>): Promise<string> {
  const deadline = performance.now() + openWithinMs
  for (;;) {
    // Another process may have the port, which Node says on its standard error alone: it is tried again.
    process.kill(pid, 'SIGUSR1')
    await pause(100)
    for (const port of portsOf(pid).filter((each) => !before.has(each))) {
      const targets = await fetch(`http://127.0.0.1:${port}/json/list`)
        .then((response) => response.json() as Promise<readonly { readonly webSocketDebuggerUrl: string }[]>)
        .catch(() => [])
      if (targets[0] !== undefined) return targets[0].webSocketDebuggerUrl
    }
    if (performance.now() > deadline) throw new Error(`process ${pid}: it opens no inspector`)
  }
}

function portsOf(pid: number): readonly number[] {
  const own = inodesOf(pid)
  return tcpSockets().flatMap((each) => (each.isListening && own.has(each.inode) ? [portOf(each)] : []))
}
