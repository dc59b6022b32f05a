import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** What the descriptors of a process lead to; none of one that has ended. Linux only. */
export function descriptorsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/${pid}/fd/${fd}`)]
      } catch {
        return []
      }
    })
  } catch {
    return []
  }
}

/** Of the sockets that a process has. */
export function inodesOf(pid: number): ReadonlySet<string> {
  return new Set(descriptorsOf(pid).flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []))
}

interface Socket {
  readonly inode: string
  /** Address and port, as the kernel writes them. */
  readonly local: string
  readonly remote: string
  readonly isListening: boolean
}

/** IPv4 sockets of the namespace that a process is in, of any process there. */
export function tcpSockets(pid: number | 'self' = 'self'): readonly Socket[] {
  const [, ...lines] = readFileSync(`/proc/${pid}/net/tcp`, 'latin1').trim().split('\n')
  return lines.map((line) => {
    const [, local = '', remote = '', state = '', , , , , , inode = ''] = line.trim().split(/\s+/)
    return { inode, local, remote, isListening: state === '0A' }
  })
}

export function portOf({ local }: Pick<Socket, 'local'>): number {
  return Number.parseInt(local.split(':')[1] ?? '', 16)
}

/** Where a process of the host listens on its loopback. */
export function listenersOf(pid: number): readonly { readonly host: string; readonly port: number }[] {
  return listeningOf(pid).map((socket) => ({ host: hostOf(socket), port: portOf(socket) }))
}

/** Where one process is connected to another that listens on the host's loopback. */
export function dialled(
  from: number,
  to: number,
): readonly { readonly host: string; readonly port: number }[] {
  const own = inodesOf(from)
  const remotes = new Set(tcpSockets().flatMap(({ inode, remote }) => (own.has(inode) ? [remote] : [])))
  return listeningOf(to)
    .filter(({ local }) => remotes.has(local))
    .map((socket) => ({ host: hostOf(socket), port: portOf(socket) }))
}

function listeningOf(pid: number): readonly Socket[] {
  const own = inodesOf(pid)
  return tcpSockets().filter(({ inode, isListening }) => isListening && own.has(inode))
}

/** The kernel writes an IPv4 address as one number of the machine, which has its last byte first. */
function hostOf({ local }: Pick<Socket, 'local'>): string {
  const bytes = Buffer.from(local.split(':')[0] ?? '', 'hex')
  return [...bytes.reverse()].join('.')
}
