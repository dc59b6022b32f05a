import { randomBytes } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { seededDraw } from '../../sandbox/machines/shared/when.ts'

export const exchangesCount = 1_000
const atOnce = 32
const bytesMax = 20_000_000

/** A size from nothing to twenty megabytes. Few are large: most of what is drawn is small against the greatest. */
export const drawBytes = (draw: () => number) => randomBytes(Math.floor(bytesMax * draw() ** 15))

/** A client's end of a connection to what sends all back, and ends where the client does. */
export interface Dialled {
  readonly socket: Duplex
  /** Ends it by RST. */
  readonly reset: () => void
}

/**
 * A thousand connections, up to 32 at a time, each with a seed of its own.
 * @throws Error with the seed where one of them fails.
 */
export async function exchanges(one: (seed: number) => Promise<void>): Promise<void> {
  let seed = 0
  const lane = async () => {
    while (seed < exchangesCount) {
      seed += 1
      const own = seed
      await one(own).catch((cause) => {
        throw new Error(`seed ${own}: ${cause}`, { cause })
      })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
}

/**
 * Bytes of its own, said in pieces, with the client's end before the answer, behind it, or by RST. They are read late,
 * so that all before the client is full meanwhile.
 * @throws Error where what comes back differs by one byte, is less or more, or ends in another way than by an end.
 */
export async function exchange(seed: number, dial: () => Dialled): Promise<void> {
  const draw = seededDraw(seed)
  const sent = drawBytes(draw)
  const isHalfClosed = draw() < 0.5
  const isReset = draw() < 0.1
  const { reset, socket } = dial()
  let cameBytes = 0
  const came = new Promise<void>((resolve, reject) => {
    const look = () => {
      if (cameBytes === sent.length && !isHalfClosed) resolve()
    }
    socket.on('data', (chunk: Buffer) => {
      if (!sent.subarray(cameBytes, cameBytes + chunk.length).equals(chunk))
        reject(new Error(`other bytes than were sent, from ${cameBytes} of ${sent.length} on`))
      cameBytes += chunk.length
      look()
    })
    socket.once('end', resolve)
    socket.once('error', reject)
    look()
  })
  socket.pause()
  setTimeout(() => socket.resume(), 50 * draw())
  for (let at = 0; at < sent.length; ) {
    const length = 1 + Math.floor(draw() * 200_000)
    socket.write(sent.subarray(at, at + length))
    at += length
  }
  if (isHalfClosed) socket.end()
  await came
  if (isReset && !isHalfClosed) reset()
  else if (!isHalfClosed) {
    const ended = new Promise((resolve, reject) => socket.once('end', resolve).once('error', reject))
    socket.end()
    await ended
  }
  if (cameBytes !== sent.length) throw new Error(`${cameBytes} of ${sent.length} bytes came`)
}
