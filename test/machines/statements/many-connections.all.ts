import { once } from 'node:events'
import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { seededDraw } from '../../../sandbox/machines/shared/when.ts'
import { drawBytes, exchanges } from '../../support/exchanges.ts'
import { connected, database, openLink, target, untilNoSession } from './statement-bench.ts'

test('a thousand connections get back from Postgres, byte for byte, what they said through the link', {
  timeout: 240_000,
}, async () => {
  const direct = await openLink({ upstream: () => database.target })
  await exchanges(async (seed) => {
    const draw = seededDraw(seed)
    const sent = drawBytes(draw)
    const client = await connected(target(direct))
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
    const answer = client.query('SELECT $1::bytea AS said', [sent])
    stream.pause()
    setTimeout(() => stream.resume(), 50 * draw())
    const { rows } = await answer
    expect(sent.equals(rows[0]?.said)).toBe(true)
    if (draw() < 0.1) {
      stream.resetAndDestroy()
      await once(stream, 'close')
    } else await client.end()
  })
  await untilNoSession()
  await direct.close()
})
