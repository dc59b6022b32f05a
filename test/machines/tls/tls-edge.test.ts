import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { expect, test } from 'vitest'
import {
  authority,
  curl,
  edge,
  host,
  open,
  outcome,
  reached,
  sClient,
  seen,
  sees,
  serveWith,
  stopUpstream,
  whats,
  withCurl,
  withOpenssl,
} from './tls-edge-bench.ts'

withCurl('relays plaintext, and tells which name was asked for and what was served', async () => {
  expect(await curl()).toEqual({ exit: 0, said: 'ok' })
  expect(reached).toBe(1)
  await sees('end')
  expect(whats()).toEqual(['accepted', 'hello', 'secured', 'end'])
  expect(seen[1]?.serverName).toBe(host)
  expect(seen[2]?.certificate).toEqual((await authority.issue({})).served)
  expect((await edge.evidence()).fired).toBe(0)
})

withOpenssl('speaks TLS 1.2 and 1.3, offers http/1.1 only and resumes no session', async () => {
  for (const version of ['1_2', '1_3']) {
    const { said } = await sClient([`-tls${version}`, '-alpn', 'h2,http/1.1', '-reconnect'])
    expect(said).toContain(`New, TLSv1.${version.slice(2)}`)
    expect(said).toContain('ALPN protocol: http/1.1')
    expect(said).not.toContain('Reused')
  }
})

test('keeps the half that is open: the reply still comes after the client has ended', async () => {
  serveWith((socket) => {
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('end', () => socket.end(text.repeat(2)))
  })
  const socket = open()
  socket.end('twice ')
  expect(Buffer.concat(await socket.toArray()).toString()).toBe('twice twice ')
})

test('carries eight megabytes to a slow reader unharmed', async () => {
  const sent = Buffer.alloc(8 << 20, 'faultpath')
  serveWith((socket) => {
    socket.resume().end(sent)
  })
  const socket = open()
  socket.write('go')
  await once(socket, 'readable')
  expect(Buffer.concat(await socket.toArray()).equals(sent)).toBe(true)
})

test('forwards a reset as a reset, not as an end, both ways', async () => {
  serveWith((socket) => socket.once('data', () => socket.resetAndDestroy()))
  expect(await outcome(open())).toBe('ECONNRESET')

  const upstreamError = new Promise<NodeJS.ErrnoException>((resolve) => {
    serveWith((socket) => {
      socket.on('error', resolve)
      socket.write('hello')
    })
  })
  const raw = connect(edge.port, '127.0.0.1')
  const client = connectTls({ socket: raw, servername: host, ca: authority.rootPem })
  client.on('error', () => {})
  client.write('x')
  await once(client, 'data')
  raw.resetAndDestroy()
  expect((await upstreamError).code).toBe('ECONNRESET')
})

test('a server behind the edge that is gone resets the client', async () => {
  await stopUpstream()
  expect(await outcome(open())).toBe('ECONNRESET')
})

test('closing leaves no peer waiting: silent, half-said and stalled ones are let go', async () => {
  const half = connect(edge.port, '127.0.0.1')
  half.write(Buffer.of(22, 3, 1, 2))
  const silent = connect(edge.port, '127.0.0.1')
  await edge.arm({ rules: [{ match: {}, verdict: { kind: 'stall' } }] })
  const stalled = open()
  for (const socket of [half, silent]) socket.on('error', () => {}).resume()
  const closed = Promise.all([half, silent, stalled].map((socket) => once(socket, 'close')))
  await sees('hello')
  await sees('accepted', 3)
  await edge.close()
  expect(whats().filter((what) => what === 'end')).toHaveLength(3)
  stalled.destroy()
  await closed
})

test('a client that leaves within the handshake is let go', async () => {
  // The ClientHello of a real client, caught by a server that says nothing.
  const catcher = createServer()
  await once(catcher.listen(0, '127.0.0.1'), 'listening')
  const caught = connectTls({
    port: (catcher.address() as AddressInfo).port,
    host: '127.0.0.1',
    servername: host,
  })
  caught.on('error', () => {})
  const [taken] = (await once(catcher, 'connection')) as [Socket]
  const [hello] = await once(taken, 'data')
  for (const socket of [caught, taken]) socket.destroy()
  catcher.close()

  const leaving = connect(edge.port, '127.0.0.1')
  leaving.write(hello)
  await once(leaving, 'data')
  expect(whats()).toEqual(['accepted', 'hello'])
  leaving.end()
  await sees('end')
  expect(whats()).toEqual(['accepted', 'hello', 'failed', 'end'])
  expect(seen.find(({ what }) => what === 'failed')).toMatchObject({ isLeft: true })
})

test('what is not TLS gets what OpenSSL says, and no hello is seen', async () => {
  const socket = connect(edge.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\n\r\n')
  await once(socket.resume(), 'close')
  await sees('end')
  expect(whats()).toEqual(['accepted', 'failed', 'end'])
  expect(seen[1]).toEqual(expect.objectContaining({ code: 'ERR_SSL_HTTP_REQUEST' }))
  expect(seen[1]).not.toHaveProperty('isLeft')
})
