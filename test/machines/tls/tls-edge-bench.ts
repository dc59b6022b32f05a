/** A TLS edge with a server behind it for each test of the file that imports this, and its clients. */
import { execFile } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { afterEach, beforeEach, test } from 'vitest'
import { LoopbackGround } from '../../../sandbox/host/ground/loopback-ground.ts'
import type { TlsObservation } from '../../../sandbox/machines/shared/trace.ts'
import { Authority } from '../../../sandbox/machines/tls/authority.ts'
import { TlsEdge, type TlsEdgeOptions } from '../../../sandbox/machines/tls/tls-edge.ts'

const run = promisify(execFile)
const isThere = (tool: string, flag: string) =>
  run(tool, [flag]).then(
    () => true,
    () => false,
  )
export const [hasOpenssl, hasCurl] = await Promise.all([
  isThere('openssl', 'version'),
  isThere('curl', '--version'),
])
export const withOpenssl = test.skipIf(!hasOpenssl)
export const withCurl = test.skipIf(!hasCurl)
if (!hasOpenssl) console.warn('tls-edge: skips its openssl witness. Install the package openssl.')
if (!hasCurl) console.warn('tls-edge: skips its curl witness. Install the package curl.')

export const host = 'api.example.test'
export const reply = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok'
const answerOnce = (socket: Socket) => socket.once('data', () => socket.end(reply))

export let authority: Authority
export let edge: TlsEdge
let dir: string
export let seen: TlsObservation[]
export let reached: number
let upstreamPort: number
const progress = new EventEmitter()
/** What the server behind the edge does with each connection. */
let serve: (socket: Socket) => void
export const upstream = createServer({ allowHalfOpen: true })

/** What the server does with the connections to come. Healthy: one reply to the first bytes. */
export function serveWith(handler: (socket: Socket) => void): void {
  serve = handler
}

/** From here on no server listens behind the edge. */
export async function stopUpstream(): Promise<void> {
  await once(upstream.close(), 'close')
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'faultpath-tls-'))
  authority = new Authority(host)
  await writeFile(join(dir, 'root.pem'), authority.rootPem)
  ;[seen, reached, serve] = [[], 0, answerOnce]
  upstream.on('connection', (socket) => {
    reached += 1
    socket.on('error', () => {})
    serve(socket)
  })
  await once(upstream.listen(0, '127.0.0.1'), 'listening')
  upstreamPort = (upstream.address() as AddressInfo).port
  edge = await openEdge()
})

/** The edge of a test demands nothing; one more, which does, is the test's own to close. */
export function openEdge(demands: Partial<TlsEdgeOptions> = {}): Promise<TlsEdge> {
  return TlsEdge.open({
    ground: new LoopbackGround(),
    address: '127.0.0.1',
    port: 0,
    authority,
    ...demands,
    upstream: () => ({ host: '127.0.0.1', port: upstreamPort }),
    observe: (observation) => {
      seen.push(observation as TlsObservation)
      progress.emit('seen')
    },
    onBug: (error) => {
      throw error
    },
  })
}

afterEach(async () => {
  await edge.close()
  upstream.removeAllListeners('connection')
  upstream.close()
  await rm(dir, { recursive: true })
})

/** Exit status and words of a tool, whatever the exit status. Nothing of our environment reaches it. */
async function tool(name: string, args: string[], input = ''): Promise<{ exit: number; said: string }> {
  const running = run(name, args, { env: { PATH: process.env['PATH'] }, timeout: 10_000 })
  running.child.stdin?.end(input)
  const { stdout, stderr, code = 0 } = await running.catch((error) => error)
  return { exit: code, said: `${stdout}${stderr}` }
}

/** The number of OpenSSL's verdict on the chain; 0 is fine. */
export async function verifyCode(): Promise<number> {
  const { said } = await sClient(['-verify_return_error', '-verify_hostname', host])
  const code = /verify error:num=(\d+)|Verify return code: (\d+)/.exec(said)
  return Number(code?.[1] ?? code?.[2])
}

export function sClient(args: string[], input?: string) {
  const trust = ['-servername', host, '-CAfile', join(dir, 'root.pem')]
  return tool('openssl', ['s_client', '-connect', `127.0.0.1:${edge.port}`, ...trust, ...args], input)
}

export function curl(...args: string[]) {
  const route = ['--resolve', `${host}:${edge.port}:127.0.0.1`, '--cacert', join(dir, 'root.pem')]
  return tool('curl', ['-sS', '--max-time', '2', ...route, ...args, `https://${host}:${edge.port}/users`])
}

export function open(at = edge, session?: Buffer): TLSSocket {
  return dialled(at, session).socket
}

/** A client, and the TCP connection below it. */
export function dialled({ port } = edge, session?: Buffer): { raw: Socket; socket: TLSSocket } {
  const raw = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
  const options = { socket: raw, servername: host, ca: authority.rootPem }
  const socket = connectTls(session === undefined ? options : { ...options, session })
  socket.on('error', () => {})
  socket.on('close', () => raw.destroy())
  return { raw, socket }
}

/** The code of the error a Node client meets (the words where EPROTO says nothing), or what it could read. */
export function outcome(socket: TLSSocket): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    socket.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === undefined || error.code === 'EPROTO' ? error.message : error.code),
    )
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('end', () => resolve(text))
    socket.write('GET /users HTTP/1.1\r\n\r\n')
  })
}

/** Resolves when so many observations of a kind were made. */
export async function sees(what: TlsObservation['what'], count = 1): Promise<void> {
  while (seen.filter((observation) => observation.what === what).length < count) await once(progress, 'seen')
}

export const whats = () => seen.map(({ what }) => what)
