import { createServer, type Server } from 'node:net'
import { PartFailure } from '../../errors/part-failure.ts'

/** A loopback address that no other sandbox uses, so all its ports are free. */
export interface AddressLease {
  readonly address: string
  release(): Promise<void>
}

/** The listener on this port of an address is the lease. Nothing else in the sandbox uses the port. */
export const leasePort = 4999

/**
 * Leases the first free one of 127.0.1.1, 127.0.1.2 ... for the life of the process. The lease is a
 * listener: taken atomically, and given back by the kernel however the process ends. Outside Linux only
 * 127.0.0.1 answers, so it is shared and ports may collide.
 *
 * @throws PartFailure when all 254 addresses are taken.
 */
export async function leaseAddress(): Promise<AddressLease> {
  if (process.platform !== 'linux') return { address: '127.0.0.1', release: async () => {} }
  for (let host = 1; host <= 254; host += 1) {
    const address = `127.0.1.${host}`
    const listener = await tryListen(address)
    if (listener !== undefined) return { address, release: () => close(listener) }
  }
  throw new PartFailure(
    `address lease: expected port ${leasePort} to be free on one of 127.0.1.1 to 127.0.1.254, ` +
      `saw it taken on all. Find who listens there with: ss -ltnp sport = :${leasePort}`,
  )
}

function tryListen(address: string): Promise<Server | undefined> {
  const listener = createServer((socket) => socket.destroy())
  return new Promise((resolve, reject) => {
    listener.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined)
      else reject(error)
    })
    listener.listen({ host: address, port: leasePort, exclusive: true }, () => {
      listener.unref()
      resolve(listener)
    })
  })
}

function close(listener: Server): Promise<void> {
  return new Promise((resolve) => {
    listener.ref()
    listener.close(() => resolve())
  })
}
