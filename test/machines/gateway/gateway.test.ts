import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import net, { type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { LoopbackGround } from '../../../sandbox/host/ground/loopback-ground.ts'
import { Gateway } from '../../../sandbox/machines/gateway/gateway.ts'
import type { Observation } from '../../../sandbox/machines/shared/trace.ts'

const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const hasCurl = spawnSync('curl', ['--version']).status === 0
const needsCurl = hasCurl ? '' : ' (skipped: needs curl, for example apt-get install curl)'

/** Listens on a free port of 127.0.0.1 and is ended, with its connections, after the test. */
async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
  })
  return (server.address() as AddressInfo).port
}

/** An API that is nothing but a function. */
function httpUpstream(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> {
  return listen(http.createServer(handle))
}

/** An API that writes raw bytes to every connection that sent something. */
function rawUpstream(act: (socket: Socket) => void): Promise<number> {
  return listen(net.createServer((socket) => socket.once('data', () => act(socket))))
}

async function openGateway(upstreamPort: number, timeoutMs = 5_000) {
  const seen: Observation[] = []
  const gateway = await Gateway.open({
    ground: new LoopbackGround(),
    address: '127.0.0.1',
    port: 0,
    door: 'curl',
    upstream: () => ({ host: '127.0.0.1', port: upstreamPort }),
    observe: (observation) => seen.push(observation),
    onBug: (error) => {
      throw error
    },
    timeoutMs,
  })
  closers.push(() => gateway.close())
  return { gateway, seen, url: `http://127.0.0.1:${gateway.port}` }
}

/** Sends `text` on a connection of its own and tells what came back and how the connection ended. */
async function exchange(port: number, text: string): Promise<{ received: string; end: string }> {
  const socket = net.connect(port, '127.0.0.1')
  let received = ''
  let end = 'FIN'
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    received += chunk
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    end = error.code ?? error.message
  })
  socket.write(text)
  await once(socket, 'close')
  return { received, end }
}

const get = 'GET /users HTTP/1.1\r\nHost: api.example.test\r\n\r\n'
const partialAnswer = 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"users":['

test('hands requests and answers on, with an id and without the headers of one hop', async () => {
  let received: IncomingMessage['headers'] = {}
  const { gateway, seen } = await openGateway(
    await httpUpstream((request, response) => {
      received = request.headers
      response.writeHead(201, 'Made', ['X-A', '1', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-Hop', '1'])
      response.end('{"id":1}')
    }),
  )
  const head = 'Host: api.example.test\r\nConnection: close\r\nKeep-Alive: timeout=1\r\nX-Request-Id: forged'
  const { received: answer } = await exchange(gateway.port, `GET /users?x=1 HTTP/1.1\r\n${head}\r\n\r\n`)

  expect(received).toMatchObject({
    host: 'api.example.test',
    'x-request-id': expect.stringMatching(/^curl\.\d+$/),
  })
  expect(received).not.toHaveProperty('keep-alive')
  expect(answer).toMatch(/^HTTP\/1.1 201 Made\r\nX-A: 1\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n/)
  expect(answer).toContain('{"id":1}')
  expect(seen.map((one) => one.what)).toEqual([
    'request',
    'handed-on',
    'received',
    'upstream-response',
    'response',
  ])
  expect(seen[0]).toMatchObject({ request: received['x-request-id'], method: 'GET', path: '/users' })
})

test('keeps one connection to the API over many requests, whatever each client does with its own', async () => {
  const upstream = http.createServer((_request, response) => response.end('ok'))
  let connections = 0
  upstream.on('connection', () => {
    connections += 1
  })
  const { gateway } = await openGateway(await listen(upstream))
  const withClose = get.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')
  for (let n = 0; n < 5; n += 1) await exchange(gateway.port, withClose)
  expect(connections).toBe(1)
})

// http-proxy says nothing about the upstream request of one that carries Expect, so it has a way of its own.
test.each([
  ['a plain request', get],
  ['one with Expect', get.replace('GET', 'POST').replace('\r\n\r\n', '\r\nExpect: 100-continue\r\n\r\n')],
])('ends the request to a silent API when the client leaves: %s', async (_name, request) => {
  const upstreamEnded = Promise.withResolvers<void>()
  const upstreamAsked = Promise.withResolvers<void>()
  const port = await rawUpstream((socket) => {
    socket.resume().once('close', () => upstreamEnded.resolve())
    upstreamAsked.resolve()
  })
  const { gateway, seen } = await openGateway(port)
  const client = net.connect(gateway.port, '127.0.0.1')
  client.write(request)
  await upstreamAsked.promise
  client.destroy()
  await upstreamEnded.promise
  expect(seen.map((one) => one.what)).toEqual(['request', 'handed-on', 'received', 'aborted'])
})

test('answers 502 for an API that is not there, or breaks off before its answer, and 200 once it is back', async () => {
  const act = { next: (socket: Socket): void => void socket.resetAndDestroy() }
  const { url, seen } = await openGateway(await rawUpstream((socket) => act.next(socket)))
  const reset = await fetch(`${url}/users`)
  expect([reset.status, await reset.json()]).toEqual([502, { error: 'bad_gateway' }])
  act.next = (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')
  expect((await fetch(`${url}/users`)).status).toBe(502)
  act.next = (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  expect((await fetch(`${url}/users`)).status).toBe(200)

  const free = await listen(net.createServer())
  await closers.pop()!()
  const { url: deadUrl, seen: deadSeen } = await openGateway(free)
  expect((await fetch(`${deadUrl}/users`)).status).toBe(502)
  const failed = [...seen, ...deadSeen].filter((one) => one.what === 'upstream-failed')
  expect(failed).toMatchObject([
    { code: 'ECONNRESET' },
    { code: expect.stringMatching(/^HPE_/) },
    { code: 'ECONNREFUSED' },
  ])
})

test('answers 504 for a silent API, and not for one that is only slow', async () => {
  const silent = await openGateway(await httpUpstream(() => {}), 200)
  const startedMs = performance.now()
  const response = await fetch(`${silent.url}/users`)
  expect([response.status, await response.json()]).toEqual([504, { error: 'gateway_timeout' }])
  expect(performance.now() - startedMs).toBeGreaterThan(190)
  expect(silent.seen).toContainEqual(expect.objectContaining({ what: 'upstream-failed', code: 'ETIMEDOUT' }))

  // Three pauses, each shorter than the limit and together longer.
  const slow = await openGateway(
    await httpUpstream(async (_request, response) => {
      for (let n = 0; n < 3; n += 1) {
        response.write('.')
        await new Promise((resolve) => setTimeout(resolve, 120))
      }
      response.end()
    }),
    300,
  )
  expect(await (await fetch(`${slow.url}/users`)).text()).toBe('...')
})

test('breaks off as the API broke off: FIN for FIN, RST for RST, and what had come before arrives', async () => {
  const act = { next: (socket: Socket): void => void socket.end(partialAnswer) }
  const { gateway, seen } = await openGateway(await rawUpstream((socket) => act.next(socket)), 300)
  const afterFin = await exchange(gateway.port, get)
  expect(afterFin.end).toBe('FIN')
  expect(afterFin.received).toContain('{"users":[')

  let cut: Socket | undefined
  act.next = (socket) => {
    cut = socket
    socket.write(partialAnswer)
  }
  const socket = net.connect(gateway.port, '127.0.0.1')
  socket.write(get)
  await once(socket, 'data')
  cut?.resetAndDestroy()
  const [error] = await once(socket, 'error')
  expect(error).toMatchObject({ code: 'ECONNRESET' })

  // Silence within the body: too late for a 504.
  act.next = (stalled) => void stalled.write(partialAnswer)
  expect((await exchange(gateway.port, get)).end).toBe('FIN')
  const failed = seen.filter((one) => one.what === 'upstream-failed').map((one) => 'code' in one && one.code)
  expect(failed).toEqual(['ECONNRESET', 'ECONNRESET', 'ETIMEDOUT'])
})

test.skipIf(!hasCurl)(`looks to curl like the API it stands for${needsCurl}`, async () => {
  const act = { next: (socket: Socket): void => void socket.end('HTTP/1.1 204 No Content\r\n\r\n') }
  const { url } = await openGateway(await rawUpstream((socket) => act.next(socket)))
  const curl = async () => {
    const child = spawn('curl', ['-sS', '-o', '/dev/null', '-w', '%{http_code}', `${url}/users`])
    const [output] = await once(child.stdout.setEncoding('utf8'), 'data')
    const [exit] = await once(child, 'close')
    return { output, exit }
  }
  expect(await curl()).toEqual({ output: '204', exit: 0 })
  act.next = (socket) => void socket.end(partialAnswer)
  // 18: "partial file" (curl manual, EXIT CODES).
  expect(await curl()).toEqual({ output: '200', exit: 18 })
})

test('forwards a body whole: in chunks, of a DELETE, and after `Expect: 100-continue`', async () => {
  const { gateway } = await openGateway(
    await httpUpstream(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      response.end(`${request.method} got ${body}`)
    }),
  )
  for (const method of ['POST', 'DELETE']) {
    const head = `${method} /users HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close`
    const { received } = await exchange(gateway.port, `${head}\r\n\r\n3\r\nabc\r\n0\r\n\r\n`)
    expect(received).toContain(`${method} got abc`)
  }
  const head =
    'POST /users HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\nConnection: close'
  const { received } = await exchange(gateway.port, `${head}\r\n\r\nabc`)
  expect(received).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK\r\n(.*\r\n)+POST got abc/)
})

test('refuses what is not HTTP, and notes it', async () => {
  const { gateway, seen } = await openGateway(await httpUpstream((_request, response) => response.end()))
  const nonsense = await exchange(gateway.port, 'HELO example.test\r\n\r\n')
  expect(nonsense.received).toMatch(/^HTTP\/1.1 400 Bad Request/)
  const large = await exchange(
    gateway.port,
    `GET / HTTP/1.1\r\nHost: a\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`,
  )
  expect(large.received).toMatch(/^HTTP\/1.1 431 /)
  expect(seen).toMatchObject([
    { what: 'own-answer', status: 400 },
    { what: 'response', status: 400 },
    { what: 'own-answer', status: 431 },
    { what: 'response', status: 431 },
  ])
})

test('prints nothing on the terminal', async () => {
  const script = `
    import { Gateway } from '${new URL('../../../sandbox/machines/gateway/gateway.ts', import.meta.url)}'
    import { LoopbackGround } from '${new URL('../../../sandbox/host/ground/loopback-ground.ts', import.meta.url)}'
    const port = ${await httpUpstream((_request, response) => response.end('ok'))}
    const gateway = await Gateway.open({ ground: new LoopbackGround(), address: '127.0.0.1', port: 0, door: 'd',
      upstream: () => ({ host: '127.0.0.1', port }), observe: () => {}, onBug: () => {} })
    const response = await fetch('http://127.0.0.1:' + gateway.port + '/users')
    process.stdout.write(await response.text())
    await gateway.close()
  `
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script]
  const child = spawn(process.execPath, flags)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (text) => (stdout += text))
  child.stderr.on('data', (text) => (stderr += text))
  await once(child, 'close')
  expect({ stdout, stderr }).toEqual({ stdout: 'ok', stderr: '' })
})

const upstreamAnswer = (_request: IncomingMessage, response: ServerResponse) => {
  response.setHeader('ETag', '"1"').setHeader('Content-Type', 'application/json').end('{"users":[]}')
}

test('answers in place of the API where a rule says so, and nowhere else', async () => {
  let asked = 0
  const { gateway, url } = await openGateway(
    await httpUpstream((request, response) => {
      asked += 1
      upstreamAnswer(request, response)
    }),
  )
  const verdict = { kind: 'respond', status: 429, headers: { 'Retry-After': '7' }, body: '{}' } as const
  await gateway.arm({ rules: [{ match: { path: '/users' }, when: { times: 1 }, verdict }] })
  expect((await fetch(`${url}/products`)).status).toBe(200)
  const limited = await fetch(`${url}/users?page=2`)
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7'])
  expect(asked).toBe(1)
  expect((await fetch(`${url}/users`)).status).toBe(200)
  expect(await gateway.evidence()).toEqual({
    fired: 1,
    counted: '1 request',
    text: '1 request met the fault: GET /users',
  })

  await gateway.arm({ rules: [{ match: {}, verdict }] })
  await gateway.heal()
  expect((await fetch(`${url}/users`)).status).toBe(200)
  expect((await gateway.evidence()).fired).toBe(0)
})

test('changes the answer of the API where a rule says so, and keeps the rest of it', async () => {
  const { gateway, url } = await openGateway(await httpUpstream(upstreamAnswer))
  const headers = { 'content-type': 'text/html', etag: null }
  await gateway.arm({ rules: [{ match: {}, verdict: { kind: 'alter', status: 500, headers } }] })
  const withHeaders = await fetch(`${url}/users`)
  expect([withHeaders.status, withHeaders.statusText]).toEqual([500, 'Internal Server Error'])
  expect(withHeaders.headers.get('content-type')).toBe('text/html')
  expect(withHeaders.headers.has('etag')).toBe(false)
  expect(await withHeaders.text()).toBe('{"users":[]}')

  await gateway.arm({ rules: [{ match: {}, verdict: { kind: 'alter', body: '<p>é</p>' } }] })
  const withBody = await fetch(`${url}/users`)
  expect([withBody.status, withBody.headers.get('content-length')]).toEqual([200, '9'])
  expect(withBody.headers.get('content-type')).toBe('application/json')
  expect(await withBody.text()).toBe('<p>é</p>')
})

test('waits, or never answers, where a rule says so', async () => {
  const { gateway, url, seen } = await openGateway(await httpUpstream(upstreamAnswer))
  await gateway.arm({
    rules: [
      { match: { path: '/slow' }, verdict: { kind: 'delay', delayMs: 150 } },
      { match: { path: '/dead' }, verdict: { kind: 'hang' } },
    ],
  })
  const startedMs = performance.now()
  expect((await fetch(`${url}/slow`)).status).toBe(200)
  expect(performance.now() - startedMs).toBeGreaterThan(145)
  const hanging = fetch(`${url}/dead`, { signal: AbortSignal.timeout(200) })
  await expect(hanging).rejects.toMatchObject({ name: 'TimeoutError' })
  expect((await fetch(`${url}/users`)).status).toBe(200)
  expect(seen.filter((one) => one.what === 'upstream-response')).toHaveLength(2)
})

test('closes connections beyond the limit at once while the state holds', async () => {
  const { gateway } = await openGateway(await httpUpstream(upstreamAnswer))
  const first = net.connect(gateway.port, '127.0.0.1')
  closers.push(() => void first.destroy())
  first.write(get)
  await once(first, 'data')
  await gateway.arm({ state: { kind: 'connection-limit', connectionsMax: 1 } })
  expect((await exchange(gateway.port, get)).received).toBe('')
  expect((await gateway.evidence()).fired).toBe(1)
  await gateway.heal()
  expect(
    (await exchange(gateway.port, get.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))).received,
  ).toMatch(/^HTTP\/1.1 200/)
})
