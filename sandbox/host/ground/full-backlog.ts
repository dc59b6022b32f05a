import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, isIPv6 } from 'node:net'
import { Worker } from 'node:worker_threads'
import type { FullBacklog } from './ground.ts'

/** The smallest that works: Node turns 0 into 511. */
const BACKLOG = 1
/** Linux queues one connection more than the backlog (`sk_acceptq_is_full` compares with `>`). */
const FILLERS = BACKLOG + 1
/** A filler that waits longer was itself dropped: another connection took its place, and the queue is full. */
const FILLER_WAITS_MS = 250
/** Often enough that no client with a timeout worth testing gives up unseen between two looks. */
const LOOK_EVERY_MS = 25
/** TCP_SYN_SENT in `/proc/net/tcp` (Linux, include/net/tcp_states.h). */
const SYN_SENT = '02'

/**
 * Listens on `address:port` in a thread that never accepts, and fills the accept queue, so that the kernel
 * drops every further SYN. A client's connect then ends by its own timer, or with ETIMEDOUT after 134 s.
 *
 * Linux only: elsewhere a full queue answers differently (Windows refuses), which would be another fault.
 * Needs `net.ipv4.tcp_abort_on_overflow=0`, the default; with 1 the client would see a RST.
 *
 * @throws Error with `code` EADDRINUSE when the port is taken.
 */
export async function fillBacklog(address: string, port: number, vacate: () => void): Promise<FullBacklog> {
  if (process.platform !== 'linux') {
    throw new Error(
      `full backlog: needs Linux, this is ${process.platform}: only Linux drops the SYN when the accept queue is full. Run the scenario on Linux.`,
    )
  }
  const worker = new Worker(new URL('./full-backlog-worker.ts', import.meta.url), {
    workerData: { address, port, backlog: BACKLOG },
    execArgv: [],
  })
  try {
    await once(worker, 'message')
    // Only now, when the thread waits for it: a client that comes in between is refused.
    vacate()
    worker.postMessage('listen')
    const [message] = (await once(worker, 'message')) as [string]
    if (message !== 'listening') throw cannotListen(address, port, message)
    for (let filler = 0; filler < FILLERS; filler += 1) await fill(address, port)
  } catch (error) {
    await worker.terminate()
    throw error
  }
  return watch(worker, address, port)
}

function cannotListen(address: string, port: number, code: string): Error {
  const message = `full backlog: cannot listen on ${address}:${port} (${code}). Free the port first.`
  return Object.assign(new Error(message), { code })
}

/** The entry stays in the queue when the filler is gone: the listener never accepts it, so it never sees its FIN. */
async function fill(address: string, port: number): Promise<void> {
  const filler = connect({ host: address, port })
  try {
    await once(filler, 'connect', { signal: AbortSignal.timeout(FILLER_WAITS_MS) })
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error
  } finally {
    filler.destroy()
  }
}

/** Looks for as long as the backlog is full: an attempt leaves the kernel's table when its client gives up. */
function watch(worker: Worker, address: string, port: number): FullBacklog {
  const attempts = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let released = false
  const look = async () => {
    for (const attempt of await synSent(address, port)) attempts.add(attempt)
  }
  const lookOn = () => {
    timer = setTimeout(() => look().finally(() => released || lookOn()), LOOK_EVERY_MS)
    timer.unref()
  }
  lookOn()
  // A thread that only waits must not keep its process alive.
  worker.unref()
  return {
    witness: 'SYN_SENT',
    unanswered: async () => {
      if (!released) await look()
      return attempts.size
    },
    release: async () => {
      released = true
      clearTimeout(timer)
      await worker.terminate()
    },
  }
}

/** The local ends (`0100007F:D431`) of the connection attempts to `address:port` that have no answer yet. */
async function synSent(address: string, port: number): Promise<string[]> {
  const table = await readFile(`/proc/self/net/${isIPv6(address) ? 'tcp6' : 'tcp'}`, 'latin1')
  const remote = `${kernelAddress(address)}:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const rows = table.split('\n').map((row) => row.trim().split(/\s+/))
  return rows.filter((row) => row[2] === remote && row[3] === SYN_SENT).map((row) => row[1]!)
}

/** As proc(5) prints it: words of 32 bits in the byte order of the processor (little-endian on x64 and arm64). */
function kernelAddress(address: string): string {
  const digits = isIPv6(address)
    ? ipv6Groups(address).map((group) => group.padStart(4, '0'))
    : address.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'))
  const words = digits.join('').match(/.{8}/g) ?? []
  return words
    .map((word) => word.match(/../g)?.reverse().join(''))
    .join('')
    .toUpperCase()
}

/** All eight of them: `::` stands for as many zeros as are missing (RFC 4291 §2.2). */
function ipv6Groups(address: string): string[] {
  const [front = [], back = []] = address.split('::').map((part) => part.split(':').filter(Boolean))
  return [...front, ...Array<string>(8 - front.length - back.length).fill('0'), ...back]
}
