import { expect, test } from 'vitest'
import { exchange, exchanges, exchangesCount } from '../../support/exchanges.ts'
import { callAt, openWire, seen, serveWith, wire } from './wire-bench.ts'

// Under load what is read by one connection must not show in another: a thousand connections through one wire, and
// through two in a row.

const throughput = (target: Parameters<typeof callAt>[0]) =>
  exchanges((seed) =>
    exchange(seed, () => {
      const { socket } = callAt(target)
      return { socket, reset: () => socket.resetAndDestroy() }
    }),
  )

test('a thousand connections come back byte for byte', { timeout: 120_000 }, async () => {
  await throughput(wire)
  const changed = seen.filter((one) => one.what === 'end-out' && one.side === 'client')
  expect(changed.length).toBeGreaterThan(exchangesCount / 2)
})

test('and so they do through two wires in a row', { timeout: 120_000 }, async () => {
  const outer = await openWire({ upstream: () => ({ host: '127.0.0.1', port: wire.port }) })
  await throughput(outer)
  await outer.close()
})

test('a receiver that does not read holds its sender back, and the wire keeps little', {
  timeout: 60_000,
}, async () => {
  serveWith((socket) => socket.pause())
  const senders = Array.from({ length: 20 }, () => callAt(wire))
  const before = process.memoryUsage().arrayBuffers
  const offered = Buffer.alloc(20_000_000)
  await Promise.all(
    senders.map(
      ({ socket }) =>
        new Promise<void>((resolve) => {
          socket.once('connect', () => {
            socket.write(offered)
            resolve()
          })
        }),
    ),
  )
  await expect.poll(() => wire.open, { timeout: 10_000 }).toBe(senders.length)
  // Two megabytes a connection at most: what a wire may keep, and what is under way in this process' own sockets.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(offered.length + 20 * 2_000_000)
})
