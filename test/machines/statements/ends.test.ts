import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { nowMs } from '../../../sandbox/host/clock.ts'
import type { StatementVerdict } from '../../../sandbox/machines/statements/statement-points.ts'
import {
  arm,
  connected,
  database,
  ground,
  insert,
  link,
  marks,
  openLink,
  RawClient,
  raw,
  say,
  silence,
  sqlstatesOf,
  tagged,
  tap,
  typesOf,
  untilClosed,
  untilFired,
  untilNoSession,
  witness,
} from './statement-bench.ts'

// A session ends as it would without the link between: a FIN arrives as a FIN, a RST as a RST, and when either side has
// gone nothing of it is left, whatever a statement has met.

/** The sockets of the tap: the link's connection, and the one to Postgres. */
async function ends(): Promise<{ linkSide: Socket; postgresSide: Socket }> {
  const [linkSide, postgresSide] = tap.pairs[0]!
  return { linkSide, postgresSide }
}

describe('passes on', () => {
  test('the FIN of the API, behind all that it said', async () => {
    const client = await RawClient.login()
    client.send(say.query(insert('last words')))
    client.socket.end()
    await client.untilFate()
    // Half closed: the answer arrives all the same.
    expect([typesOf(client.heard()), client.fate]).toEqual(['C ZI', 'end'])
    expect(await marks()).toEqual(['last words'])
    await untilClosed()
    expect((await ends()).linkSide.errored).toBeNull()
  })

  test('the RST of the API', async () => {
    const client = await RawClient.login()
    const { linkSide } = await ends()
    client.socket.resetAndDestroy()
    await untilClosed()
    expect(linkSide.errored).toMatchObject({ code: 'ECONNRESET' })
    await untilNoSession()
  })

  test('the FIN of Postgres, behind its last words', async () => {
    const client = await RawClient.login()
    await witness.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${database.target.user}'`,
    )
    await client.untilFate()
    expect([sqlstatesOf(client.heard()), client.fate]).toEqual([['57P01'], 'end'])
    client.socket.end()
    await untilClosed()
  })

  test('the RST of Postgres, also while a statement runs', async () => {
    const client = await RawClient.login()
    client.send(say.query('SELECT pg_sleep(30)'))
    const { linkSide } = await ends()
    linkSide.resetAndDestroy()
    await client.untilFate()
    expect(client.fate).toBe('ECONNRESET')
  })

  test('what the API says after Postgres has ended its half', async () => {
    const heard = Promise.withResolvers<string>()
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.end('N\0\0\0\x05\0')
      socket.on('data', (chunk) => chunk.includes('more') && heard.resolve(chunk.toString()))
      socket.on('end', () => socket.destroy())
    })
    const port = await ground.listen(server, '127.0.0.1', 0)
    const other = await openLink({ upstream: () => ({ host: '127.0.0.1', port }) })
    const client = new RawClient(raw(other))
    client.send(say.startup('x'))
    await client.untilFate()
    expect([client.fate, client.bytes.length]).toEqual(['end', 6])
    client.send(say.query('more'))
    expect(await heard.promise).toContain('more')
    client.socket.end()
    await other.close()
    server.close()
  })
})

describe('a Postgres that is not there', () => {
  test('refuses: the API is reset', async () => {
    const gone = createServer()
    const port = await ground.listen(gone, '127.0.0.1', 0)
    await new Promise((resolve) => gone.close(resolve))
    const other = await openLink({ upstream: () => ({ host: '127.0.0.1', port }) })
    const client = new RawClient(raw(other))
    client.send(say.startup('x'))
    await client.untilFate()
    expect(client.fate).toBe('ECONNRESET')
    await other.close()
  })

  test.skipIf(process.platform !== 'linux')(
    'never answers: nothing is left when the API gives up',
    async () => {
      const probe = createServer()
      const port = await ground.listen(probe, '127.0.0.1', 0)
      await new Promise((resolve) => probe.close(resolve))
      const full = await ground.fillBacklog('127.0.0.1', port, () => {})
      const other = await openLink({ upstream: () => ({ host: '127.0.0.1', port }) })
      const [one, two] = [new RawClient(raw(other)), new RawClient(raw(other))]
      for (const { socket } of [one, two]) socket.write(say.startup('x'))
      await vi.waitFor(() => expect(openingTo(port)).toBe(2), { timeout: 5_000 })
      expect([one.fate, two.fate]).toEqual([undefined, undefined])
      one.socket.end()
      two.socket.resetAndDestroy()
      await vi.waitFor(() => expect(openingTo(port)).toBe(0), { timeout: 5_000 })
      await other.close()
      await full.release()
    },
  )
})

/** The kernel's own list of connections to a port that are being opened: `02` is SYN_SENT (proc(5)). */
function openingTo(port: number): number {
  const remote = port.toString(16).toUpperCase().padStart(4, '0')
  const rows = readFileSync('/proc/self/net/tcp', 'latin1').split('\n')
  return rows.filter((row) => row.includes(`:${remote} 02 `)).length
}

describe.each<StatementVerdict>([
  { kind: 'delay', delayMs: 30_000 },
  { kind: 'hang' },
  { kind: 'lose-reply' },
])('while a statement meets $kind', (verdict) => {
  const begin = async () => {
    await arm(verdict)
    const client = await RawClient.login()
    client.send(say.parse(insert('x')), say.bind(), say.execute(), say.sync)
    await untilFired()
    return client
  }
  const left = verdict.kind === 'lose-reply' ? ['x'] : []

  test.each(['FIN', 'RST'])('the API goes by a %s: nothing of the session is left', async (how) => {
    const client = await begin()
    const startedMs = nowMs()
    if (how === 'FIN') client.socket.end()
    else client.socket.resetAndDestroy()
    await untilClosed()
    await untilNoSession()
    expect(nowMs() - startedMs).toBeLessThan(5_000)
    if (how === 'FIN') await client.untilFate()
    expect(await marks()).toEqual(left)
  })

  const isTold = verdict.kind !== 'lose-reply'
  test(`Postgres goes: the API ${isTold ? 'is reset' : 'hears nothing of that'}`, async () => {
    const client = await begin()
    const { linkSide } = await ends()
    linkSide.resetAndDestroy()
    await (isTold ? client.untilFate() : silence())
    expect(client.fate).toBe(isTold ? 'ECONNRESET' : undefined)
    client.socket.destroy()
    await untilClosed()
  })

  test('the link is closed: nothing of the session is left', async () => {
    const client = await begin()
    await link.close()
    await client.untilFate()
    await untilClosed()
    await untilNoSession()
    expect(await marks()).toEqual(left)
  })
})

test('a delayed statement never runs once the API has gone, not even when its time has come', async () => {
  await arm({ kind: 'delay', delayMs: 100 })
  const client = await RawClient.login()
  client.send(say.query(insert('late')))
  await untilFired()
  client.socket.end()
  await untilClosed()
  await silence()
  expect(await marks()).toEqual([])
})

test('close leaves nothing to wait for: a process ends by itself while a statement is delayed', async () => {
  const at = (path: string) => JSON.stringify(new URL(`../../../sandbox/${path}`, import.meta.url))
  const script = `
    import { connect, createServer } from 'node:net'
    const { LoopbackGround } = await import(${at('host/ground/loopback-ground.ts')})
    const { StatementLink } = await import(${at('machines/statements/statement-link.ts')})
    const ground = new LoopbackGround()
    const server = createServer((socket) => socket.resume().on('error', () => {}))
    const upstream = { host: '127.0.0.1', port: await ground.listen(server, '127.0.0.1', 0) }
    const open = { ground, address: '127.0.0.1', port: 0, upstream: () => upstream, onBug: console.error }
    const link = await StatementLink.open(open)
    const point = link.point('fetch-1')
    const armed = await point.arm({ rules: [{ match: {}, verdict: { kind: 'delay', delayMs: 600_000 } }] })
    const api = connect({ host: link.address, port: link.port }).on('error', () => {}).resume()
    api.write(Buffer.from('${Buffer.concat([say.startup('x'), say.query(tagged('a', 'SELECT 1'))]).toString('base64')}', 'base64'))
    while ((await armed.evidence()).fired === 0) await new Promise(setImmediate)
    await link.close()
    server.close()
    console.log('closed')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += chunk
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
  const [code] = await once(child, 'close')
  clearTimeout(timer)
  expect([said.trim(), code]).toEqual(['closed', 0])
})

test('close ends every session, frees the port, and may be repeated', async () => {
  const idle = await RawClient.login()
  const busy = await connected()
  const running = busy.query('SELECT pg_sleep(30)')
  const opening = new RawClient()
  await once(opening.socket, 'connect')
  const { address, port } = link
  const closing = [link.close(), link.close()]
  await Promise.all([...closing, idle.untilFate(), opening.untilFate()])
  await expect(running).rejects.toThrow()
  await untilClosed()
  const server = createServer()
  expect(await ground.listen(server, address, port)).toBe(port)
  server.close()
  await witness.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${database.target.user}'`,
  )
})

// What one side does not take must wait at the other side: neither here, where memory would grow, nor for ever.
