import { chmodSync, chownSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { StatementLink } from '../../../sandbox/machines/statements/statement-link.ts'
import type { StatementVerdict } from '../../../sandbox/machines/statements/statement-points.ts'
import { toPem } from '../../../sandbox/machines/tls/certificate-writer.ts'
import { selfSigned } from '../../../sandbox/machines/tls/signer.ts'
import {
  connected,
  database,
  ground,
  insert,
  marks,
  openLink,
  RawClient,
  raw,
  say,
  settledOrSilence,
  Tap,
  tagged,
  tap,
  target,
  untilClosed,
  untilNoSession,
  witness,
} from './statement-bench.ts'

// TLS towards Postgres, with pg_stat_ssl as the witness; the API's side stays plain.

/** The server's key must belong to the account that Postgres runs as, and be for that account alone. */
async function turnOn(): Promise<void> {
  const [row] = await witness.query('SHOW data_directory')
  const folder = String(row?.['data_directory'])
  const { gid, uid } = statSync(folder)
  const { certificate, privateKey } = selfSigned('Postgres of the test', {})
  const files = {
    'server.crt': toPem(certificate),
    'server.key': String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  }
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), content)
    chownSync(join(folder, name), uid, gid)
    chmodSync(join(folder, name), 0o600)
  }
  await witness.query('ALTER SYSTEM SET ssl = on')
  await reload('on')
}

async function reload(ssl: string): Promise<void> {
  await witness.query('SELECT pg_reload_conf()')
  await vi.waitFor(async () => expect(await witness.query('SHOW ssl')).toEqual([{ ssl }]), { interval: 10 })
}

let secure: StatementLink
const settings = { tls: true }

beforeAll(turnOn)
afterAll(async () => {
  await witness.query('ALTER SYSTEM RESET ssl')
  await reload('off')
})
beforeEach(async () => {
  settings.tls = true
  secure = await openLink({ upstream: () => tap, tls: () => settings.tls })
  return () => secure.close()
})

const pair = () => {
  const [linkSide, postgresSide] = tap.pairs.at(-1)!
  return { linkSide, postgresSide }
}
const text = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString('latin1')
const arm = (verdict: StatementVerdict) =>
  secure.point('fetch-1').arm({ rules: [{ match: { step: 'marks.add' }, verdict }] })

test('the session is encrypted towards Postgres, and plain towards the API', async () => {
  const front = await Tap.open(() => ({ host: secure.address, port: secure.port }))
  const client = await connected(target(front))
  await client.query(`SELECT 'a secret'`)
  const witnessed =
    await witness.query(`SELECT ssl, version FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
    WHERE usename = '${database.target.user}'`)
  expect(witnessed).toEqual([{ ssl: true, version: 'TLSv1.3' }])
  expect(text(front.up)).toContain('a secret')
  expect(text(tap.up)).not.toContain('a secret')
  expect(text(tap.up).slice(0, 8)).toBe(say.ssl.toString('latin1'))
  await front.close()
})

test('is decided for each session; without it none is encrypted', async () => {
  const ssl = `SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`
  settings.tls = false
  const plain = await connected(target(secure))
  settings.tls = true
  const encrypted = await connected(target(secure))
  expect((await plain.query(ssl)).rows).toEqual([{ ssl: false }])
  expect((await encrypted.query(ssl)).rows).toEqual([{ ssl: true }])
})

test('a large result arrives whole, and an API that does not read makes Postgres wait', async () => {
  const direct = await openLink({ upstream: () => database.target, tls: () => true })
  const client = await connected(target(direct))
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  const running = client.query(`SELECT repeat('x', 1000) AS x FROM generate_series(1, 50000)`)
  stream.pause()
  await vi.waitFor(
    async () => {
      const waits = await witness.query(`SELECT wait_event FROM pg_stat_activity
        WHERE usename = '${database.target.user}'`)
      expect(waits).toEqual([{ wait_event: 'ClientWrite' }])
    },
    { timeout: 10_000 },
  )
  stream.resume()
  expect((await running).rows).toHaveLength(50_000)
  await direct.close()
})

describe('verdicts', () => {
  test.each([
    { when: 'before', left: [] },
    { when: 'after', left: ['x'] },
  ] as const)('cut $when', async ({ left, when }) => {
    await arm({ kind: 'cut', when })
    const client = await connected(target(secure))
    await expect(client.query(insert('x'))).rejects.toMatchObject({ code: 'ECONNRESET' })
    await untilNoSession()
    expect(await marks()).toEqual(left)
    await untilClosed()
  })

  test('hang, and the API goes: nothing of the session is left', async () => {
    await arm({ kind: 'hang' })
    const client = await connected(target(secure))
    const running = client.query(insert('x'))
    expect(await settledOrSilence(running)).toBe('silence')
    client.end().catch(() => {})
    await expect(running).rejects.toThrow()
    await untilNoSession()
    await untilClosed()
  })

  test('halve, lose-reply, error', async () => {
    await arm({ kind: 'error', sqlstate: '40001', message: 'no' })
    const client = await connected(target(secure))
    await expect(client.query(insert('x'))).rejects.toMatchObject({ code: '40001' })
    await arm({ kind: 'halve' })
    const halved = client.query(tagged('marks.add', 'SELECT generate_series(1, 5)'))
    await expect(halved).rejects.toThrow('Connection terminated unexpectedly')
    await untilNoSession()
    await arm({ kind: 'lose-reply' })
    const other = await connected(target(secure))
    const lost = other.query(insert('kept'))
    await vi.waitFor(async () => expect(await marks()).toEqual(['kept']), { interval: 5 })
    expect(await settledOrSilence(lost)).toBe('silence')
    lost.catch(() => {})
  })
})

test.each(['FIN', 'RST'])('a %s goes on as one, both ways', async (how) => {
  const one = await connected(target(secure))
  const { stream } = (one as unknown as { connection: { stream: Socket } }).connection
  const { linkSide } = pair()
  if (how === 'FIN') stream.end()
  else stream.resetAndDestroy()
  await untilNoSession()
  await vi.waitFor(() => expect(linkSide.destroyed).toBe(true))
  expect((linkSide.errored as NodeJS.ErrnoException | null)?.code).toBe(
    how === 'FIN' ? undefined : 'ECONNRESET',
  )

  const two = await connected(target(secure))
  const lost = two.query('SELECT pg_sleep(30)')
  if (how === 'FIN') pair().linkSide.end()
  else pair().linkSide.resetAndDestroy()
  const said = how === 'FIN' ? 'Connection terminated unexpectedly' : 'ECONNRESET'
  await expect(lost).rejects.toThrow(said)
})

test('a CancelRequest reaches Postgres encrypted', async () => {
  const client = await connected(target(secure))
  const sleeping = client.query('SELECT pg_sleep(30)').catch(({ code }) => code)
  const { processID, secretKey } = client as unknown as { processID: number; secretKey: number }
  const key = Buffer.alloc(8)
  key.writeInt32BE(processID, 0)
  key.writeInt32BE(secretKey, 4)
  await vi.waitFor(async () => {
    const [row] = await witness.query(`SELECT wait_event FROM pg_stat_activity WHERE pid = ${processID}`)
    expect(row).toEqual({ wait_event: 'PgSleep' })
  })
  const canceller = new RawClient(raw(secure))
  canceller.send(say.cancel(key))
  await canceller.untilFate()
  expect(canceller.fate).toBe('end')
  expect(await sleeping).toBe('57014')
})

describe('a Postgres that does not give it', () => {
  test.each<[string, (socket: Socket) => void]>([
    ['says that it has none', (socket) => socket.once('data', () => socket.write('N'))],
    ['says more than one byte (CVE-2021-23222)', (socket) => socket.once('data', () => socket.write('SR'))],
    ['ends the connection', (socket) => socket.once('data', () => socket.end())],
    ['resets the connection', (socket) => socket.once('data', () => socket.resetAndDestroy())],
    [
      'answers the handshake with something else',
      (socket) =>
        socket.once('data', () => socket.write('S') && socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')),
    ],
    [
      'ends the handshake',
      (socket) => socket.once('data', () => socket.write('S') && socket.once('data', () => socket.end())),
    ],
    [
      'resets the handshake',
      (socket) =>
        socket.once('data', () => socket.write('S') && socket.once('data', () => socket.resetAndDestroy())),
    ],
  ])('%s: the API is reset', async (_, serve) => {
    const { close, other } = await behind(serve)
    const client = new RawClient(raw(other))
    client.send(say.startup('x'))
    await client.untilFate()
    expect([client.fate, client.bytes.length]).toEqual(['ECONNRESET', 0])
    await close()
  })

  test.each<[string, (socket: Socket) => void]>([
    ['never answers', (socket) => socket.resume()],
    [
      'never finishes the handshake',
      (socket) => socket.once('data', () => socket.write('S') && socket.resume()),
    ],
  ])('%s: nothing is left when the API gives up', async (_, serve) => {
    const { close, open, other } = await behind(serve)
    const client = new RawClient(raw(other))
    client.send(say.startup('x'))
    await vi.waitFor(() => expect(open()).toBe(1), { interval: 5 })
    client.socket.end()
    await vi.waitFor(() => expect(open()).toBe(0), { interval: 5 })
    await close()
  })
})

/** A link to a server that is no Postgres. */
async function behind(serve: (socket: Socket) => void) {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: false }, (socket) => {
    sockets.add(socket.on('error', () => {}))
    socket.once('close', () => sockets.delete(socket))
    serve(socket)
  })
  const port = await ground.listen(server, '127.0.0.1', 0)
  const other = await openLink({ upstream: () => ({ host: '127.0.0.1', port }), tls: () => true })
  const close = async () => {
    await other.close()
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  return { close, open: () => sockets.size, other }
}
