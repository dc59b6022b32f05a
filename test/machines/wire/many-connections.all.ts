import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { seededDraw } from '../../../sandbox/machines/shared/when.ts'
import { callAt, openWire, seen, serveWith, wire } from './wire-bench.ts'

// Under load what is read by one connection must not show in another: a thousand connections, up to 32 at a time,
// each with bytes of its own, of sizes from nothing to twenty megabytes, said in pieces, with the client's end before
// the answer, behind it, or by RST; through one wire and through two in a row.

const connections = 1_000
const atOnce = 32
const bytesMax = 20_000_000

async function exchange(seed: number, target: Parameters<typeof callAt>[0]): Promise<void> {
  const draw = seededDraw(seed)
  // Few are large: most of what is drawn is small against the greatest.
  const sent = randomBytes(Math.floor(bytesMax * draw() ** 15))
  const isHalfClosed = draw() < 0.5
  const isReset = draw() < 0.1
  const client = callAt(target)
  // Read late, so that all before it is full meanwhile.
  client.socket.pause()
  setTimeout(() => client.socket.resume(), 50 * draw())
  for (let at = 0; at < sent.length; ) {
    const length = 1 + Math.floor(draw() * 200_000)
    client.socket.write(sent.subarray(at, at + length))
    at += length
  }
  if (isHalfClosed) client.socket.end()
  else await client.until(() => client.reads.reduce((sum, { bytes }) => sum + bytes.length, 0) >= sent.length)
  if (isReset && !isHalfClosed) client.socket.resetAndDestroy()
  else {
    client.socket.end()
    await client.untilFate()
    expect(client.fate).toBe('end')
  }
  expect(client.bytes.equals(sent), `seed ${seed}`).toBe(true)
}

async function throughput(target: Parameters<typeof callAt>[0]): Promise<void> {
  let seed = 0
  const lane = async () => {
    while (seed < connections) {
      seed += 1
      await exchange(seed, target)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
}

test('a thousand connections come back byte for byte', { timeout: 120_000 }, async () => {
  await throughput(wire)
  const changed = seen.filter((one) => one.what === 'end-out' && one.side === 'client')
  expect(changed.length).toBeGreaterThan(connections / 2)
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
