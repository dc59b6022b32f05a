import { expect, test } from 'vitest'
import { exchange, exchanges, exchangesCount } from '../../support/exchanges.ts'
import { dialled, seen, serveWith } from './tls-edge-bench.ts'

test('a thousand connections come back byte for byte through the edge', { timeout: 240_000 }, async () => {
  serveWith((socket) => socket.pipe(socket))
  await exchanges((seed) =>
    exchange(seed, () => {
      const { raw, socket } = dialled()
      return { socket, reset: () => raw.resetAndDestroy() }
    }),
  )
  // Not those that say nothing: they end before the handshake has.
  expect(seen.filter(({ what }) => what === 'secured').length).toBeGreaterThan(exchangesCount / 2)
})
