import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import {
  connected,
  database,
  openLink,
  RawClient,
  say,
  sessions,
  settledOrSilence,
  silence,
  tagged,
  untilNoSession,
  witness,
} from './statement-bench.ts'

// The link keeps no more than a little of what is under way: who does not read makes the other wait, as over a bare wire.

describe('back-pressure', () => {
  const rowsCount = 100_000
  const many = `SELECT repeat('x', 1000) FROM generate_series(1, ${rowsCount})`
  const manyBytes = rowsCount * 1_011
  const large = `SELECT repeat('x', 100000000)`
  const bufferedBytes = () => process.memoryUsage().arrayBuffers

  /** Straight to Postgres: a tap would take what the link leaves. */
  async function direct() {
    const other = await openLink({ upstream: () => database.target })
    const client = await connected({ ...database.target, host: other.address, port: other.port })
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
    stream.removeAllListeners('data')
    stream.removeAllListeners('end')
    return { other, stream }
  }

  const untilPostgresWaits = () =>
    vi.waitFor(
      async () => {
        const waits = await witness.query(`SELECT wait_event FROM pg_stat_activity
          WHERE usename = '${database.target.user}' AND state = 'active'`)
        expect(waits).toEqual([{ wait_event: 'ClientWrite' }])
      },
      { timeout: 10_000 },
    )

  test.each([
    ['many rows', many, manyBytes],
    ['one large row', large, 100_000_000],
  ])('an API that does not read makes Postgres wait: %s', async (_, sql, bytesMin) => {
    const { other, stream } = await direct()
    const before = bufferedBytes()
    stream.pause()
    stream.write(say.query(sql))
    await untilPostgresWaits()
    await silence()
    await untilPostgresWaits()
    expect(bufferedBytes() - before).toBeLessThan(16_000_000)
    // What waited arrives, to its end.
    let bytes = 0
    let tail = Buffer.alloc(0)
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      tail = Buffer.concat([tail, chunk]).subarray(-6)
    })
    stream.resume()
    await vi.waitFor(() => expect(tail.toString('latin1')).toBe('Z\0\0\0\x05I'), { timeout: 20_000 })
    expect(bytes).toBeGreaterThanOrEqual(bytesMin)
    await other.close()
  })

  /** Writes so much that no kernel takes it all, and tells how much of it has left this process. */
  function pour(stream: Socket, chunk: Buffer, count: number): () => number {
    let taken = 0
    const next = () => {
      if (taken < count) stream.write(chunk, next)
      taken += 1
    }
    next()
    return () => taken * chunk.length
  }

  const untilStill = async (read: () => number) => {
    for (let before = -1; before !== read(); await silence()) before = read()
  }

  test('a Postgres that does not read makes the API wait', async () => {
    const { other, stream } = await direct()
    stream.resume()
    await witness.query('SELECT pg_advisory_lock(7)')
    stream.write(say.query('SELECT pg_advisory_lock(7)'))
    const poured = pour(stream, say.query(`SELECT '${'x'.repeat(1_000_000)}' = ''`), 60)
    await untilStill(poured)
    expect(poured()).toBeLessThan(40_000_000)
    await witness.query('SELECT pg_advisory_unlock(7)')
    await vi.waitFor(() => expect(poured()).toBeGreaterThan(60_000_000), { timeout: 20_000 })
    await other.close()
  })

  test('what the API says behind a delayed statement waits in the API', async () => {
    const { other, stream } = await direct()
    await other.point('fetch-1').arm({ rules: [{ match: {}, verdict: { kind: 'delay', delayMs: 3_000 } }] })
    stream.resume()
    stream.write(say.query(tagged('any', 'SELECT 1')))
    const poured = pour(stream, say.query(`SELECT '${'x'.repeat(1_000_000)}' = ''`), 60)
    await untilStill(poured)
    expect(poured()).toBeLessThan(40_000_000)
    await vi.waitFor(() => expect(poured()).toBeGreaterThan(60_000_000), { timeout: 20_000 })
    await other.close()
  })

  test('what the API says behind a statement that hangs is taken and forgotten', async () => {
    const { other, stream } = await direct()
    await other.point('fetch-1').arm({ rules: [{ match: {}, verdict: { kind: 'hang' } }] })
    const before = bufferedBytes()
    stream.write(say.query(tagged('any', 'SELECT 1')))
    const poured = pour(stream, say.query(`SELECT '${'x'.repeat(1_000_000)}'`), 200)
    await vi.waitFor(() => expect(poured()).toBeGreaterThan(200_000_000), { timeout: 20_000 })
    expect(bufferedBytes() - before).toBeLessThan(100_000_000)
    stream.end()
    await untilNoSession()
    await other.close()
  })

  test('half of a large result arrives whole at an API that reads late', async () => {
    const { other, stream } = await direct()
    await other.point('fetch-1').arm({ rules: [{ match: {}, verdict: { kind: 'halve' } }] })
    stream.pause()
    stream.write(say.query(tagged('any', many)))
    await untilPostgresWaits()
    const client = new RawClient(stream)
    stream.resume()
    const counted = { bytes: 0 }
    stream.removeAllListeners('data')
    stream.on('data', (chunk: Buffer) => {
      counted.bytes += chunk.length
    })
    await client.untilFate()
    expect(client.fate).toBe('end')
    const head = counted.bytes - (rowsCount / 2) * 1_011
    // The RowDescription, and no more.
    expect(head).toBeGreaterThan(0)
    expect(head).toBeLessThan(100)
    stream.end()
    await untilNoSession()
    await other.close()
  })

  test('a reply that is lost never makes Postgres wait', async () => {
    const { other, stream } = await direct()
    await other.point('fetch-1').arm({ rules: [{ match: {}, verdict: { kind: 'lose-reply' } }] })
    stream.pause()
    stream.write(say.query(tagged('any', many)))
    await vi.waitFor(
      async () => expect(await sessions()).toEqual([expect.objectContaining({ state: 'idle' })]),
      {
        timeout: 10_000,
      },
    )
    expect(await settledOrSilence(once(stream, 'readable'))).toBe('silence')
    await other.close()
  })
})
