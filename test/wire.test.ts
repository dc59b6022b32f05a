import { execFile, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { nowMs } from '../sandbox/world/clock.ts'
import { hasIpv6, PortableGround } from '../sandbox/world/ground/portable-ground.ts'
import type { WireObservation } from '../sandbox/world/trace.ts'
import { Wire } from '../sandbox/world/wire/wire.ts'
import type { WireVerdict } from '../sandbox/world/wire/wire-points.ts'

const ground = new PortableGround()
const bugs: Error[] = []
let seen: WireObservation[] = []
let wire: Wire
let server: Server
let serverPort: number
/** What the server does with each connection; the raw socket there is a witness too. */
let serve: (socket: Socket) => void
const sockets = new Set<Socket>()

beforeEach(async () => {
  seen = []
  serve = (socket) => socket.pipe(socket)
  server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket.on('error', () => {}))
    serve(socket)
  })
  serverPort = await ground.listen(server, '127.0.0.1', 0)
  wire = await Wire.open({
    name: 'front',
    ground,
    address: '127.0.0.1',
    port: 0,
    upstream: () => ({ host: '127.0.0.1', port: serverPort }),
    observe: (observation) => seen.push(observation as WireObservation),
    onBug: (error) => bugs.push(error),
  })
})

afterEach(async () => {
  await wire.close()
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  server.close()
  expect(bugs).toEqual([])
})

/** A raw socket that writes down what its kernel tells it, and when. */
class Witness {
  readonly socket: Socket
  readonly startMs = nowMs()
  readonly reads: { bytes: Buffer; atMs: number }[] = []
  /** `end` for a FIN, an error's code for a RST; undefined while the connection is silent. */
  fate: string | undefined
  fateMs = 0
  readonly #waiting = new Set<() => void>()

  constructor(socket: Socket) {
    this.socket = socket
    sockets.add(socket)
    socket.on('data', (bytes: Buffer) => {
      this.reads.push({ bytes, atMs: nowMs() - this.startMs })
      this.#changed()
    })
    socket.on('end', () => this.#settle('end'))
    socket.on('error', (error: NodeJS.ErrnoException) => this.#settle(error.code ?? error.message))
  }

  get bytes(): Buffer {
    return Buffer.concat(this.reads.map((read) => read.bytes))
  }

  get text(): string {
    return this.bytes.toString('latin1')
  }

  #settle(fate: string): void {
    this.fate = fate
    this.fateMs = nowMs() - this.startMs
    this.#changed()
  }

  #changed(): void {
    for (const look of this.#waiting) look()
  }

  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!isSo()) return
        this.#waiting.delete(look)
        resolve()
      }
      this.#waiting.add(look)
      look()
    })
  }

  untilFate(): Promise<void> {
    return this.until(() => this.fate !== undefined)
  }
}

function call(text?: string | Buffer): Witness {
  const witness = new Witness(
    connect({ host: '127.0.0.1', port: wire.port, allowHalfOpen: true, noDelay: true }),
  )
  if (text !== undefined) witness.socket.write(text)
  return witness
}

/** The silence that proves a stall: long against a loopback round trip. */
function silence(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 150))
}

const arm = (verdict: WireVerdict) => wire.arm({ rules: [{ match: {}, verdict }] })
const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex').slice(0, 16)
const observed = (what: WireObservation['what'], side?: 'client' | 'server') =>
  seen.filter((one) => one.what === what && one.side === side)

/** The server answers each request with this, and keeps the connection. */
function answerWith(body: string | Buffer): void {
  serve = (socket) => socket.on('data', () => socket.write(body))
}

test('keeps every byte and a half-closed connection: the answer comes after the FIN of the client', async () => {
  const sent = randomBytes(5_000_000)
  serve = (socket) => {
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('end', () => socket.end(Buffer.concat(chunks)))
  }
  const client = call()
  client.socket.end(sent)
  await client.untilFate()

  expect(client.fate).toBe('end')
  expect(digest(client.bytes)).toBe(digest(sent))
  expect(observed('accepted')).toHaveLength(1)
  expect(observed('connected')).toHaveLength(1)
  expect(observed('end-in', 'client')).toHaveLength(1)
  expect(observed('end-out', 'server')[0]).toMatchObject({ bytes: sent.length, digest: digest(sent) })
  expect(observed('end-out', 'client')[0]).toMatchObject({ bytes: sent.length, digest: digest(sent) })
  expect([...observed('reset-in', 'client'), ...observed('reset-out', 'client')]).toEqual([])
})

test('hands a RST of the server on as a RST, behind its bytes', async () => {
  serve = (socket) =>
    socket.on('data', () => socket.write('half', () => setTimeout(() => socket.resetAndDestroy(), 20)))
  const client = call('hello')
  await client.untilFate()
  expect(client.text).toBe('half')
  expect(client.fate).toBe('ECONNRESET')
  expect(observed('reset-in', 'server')).toHaveLength(1)
  expect(observed('reset-out', 'client')[0]).toMatchObject({ bytes: 4, digest: digest(Buffer.from('half')) })
})

test('hands a RST of the client on as a RST', async () => {
  const atServer = new Promise<Witness>((resolve) => {
    serve = (socket) => resolve(new Witness(socket))
  })
  const client = call('hello')
  const far = await atServer
  await far.until(() => far.text === 'hello')
  client.socket.resetAndDestroy()
  await far.untilFate()
  expect(far.fate).toBe('ECONNRESET')
})

test('resets the client when the server refuses', async () => {
  server.close()
  const client = call('hello')
  await client.untilFate()
  expect(client.fate).toBe('ECONNRESET')
  expect(observed('refused')).toHaveLength(1)
  expect(observed('connected')).toEqual([])
})

test('keeps back-pressure: what the server does not read, the client cannot send', async () => {
  serve = (socket) => socket.pause()
  const client = call(Buffer.alloc(64_000_000))
  await silence()
  await silence()
  wire.flushObservations()
  expect(client.socket.writableLength).toBeGreaterThan(0)
  expect(observed('in', 'client').at(-1)!.bytes).toBeLessThan(40_000_000)
})

test('resets at accept before it connects on, and only as often as the rule says', async () => {
  await wire.arm({ rules: [{ match: {}, when: { times: 1 }, verdict: { kind: 'reset' } }] })
  const struck = call('hello')
  await struck.untilFate()
  expect(struck.fate).toBe('ECONNRESET')
  expect(observed('connected')).toEqual([])

  const spared = call('hello')
  await spared.until(() => spared.text === 'hello')
  expect(await wire.evidence()).toEqual({ fired: 1, text: '2 connections, 1 × reset' })
})

test.each([
  { kind: 'reset', fate: 'ECONNRESET' },
  { kind: 'cut', fate: 'end' },
] as const)(
  '$kind after exactly N bytes of the server: the client reads all N first',
  async ({ kind, fate }) => {
    const body = randomBytes(5_000_000)
    answerWith(body)
    const untouched = call('GET')
    await untouched.until(() => untouched.bytes.length === body.length)

    await arm({ kind, from: 'server', afterBytes: 4_999_000 })
    const client = call('GET')
    await client.untilFate()
    expect(client.bytes.equals(body.subarray(0, 4_999_000))).toBe(true)
    expect(client.fate).toBe(fate)
    expect(untouched.fate).toBeUndefined()
    expect((await wire.evidence()).fired).toBe(1)

    await wire.heal()
    const after = call('GET')
    await after.until(() => after.bytes.length === body.length)
  },
)

test('reset before the first byte of the server: the request has arrived, the answer is lost', async () => {
  const requests: string[] = []
  serve = (socket) =>
    socket.on('data', (chunk: Buffer) => {
      requests.push(String(chunk))
      socket.write('answer')
    })
  await arm({ kind: 'reset', from: 'server' })
  const client = call('order')
  await client.untilFate()
  expect(client.fate).toBe('ECONNRESET')
  expect(client.text).toBe('')
  expect(requests).toEqual(['order'])
})

test('a rule that never struck has not fired', async () => {
  answerWith('short')
  await arm({ kind: 'reset', from: 'server', afterBytes: 1_000 })
  const client = call('GET')
  await client.until(() => client.text === 'short')
  expect(await wire.evidence()).toEqual({ fired: 0, text: '1 connection' })
})

test('counts bytes behind a text, even when it lies across two chunks', async () => {
  serve = (socket) =>
    socket.once('data', () => {
      socket.setNoDelay()
      socket.write('HTTP/1.1 200 OK\r\nA: b\r\n', () => setTimeout(() => socket.write('\r\n0123456789'), 20))
    })
  await arm({ kind: 'cut', from: 'server', afterText: '\r\n\r\n', afterBytes: 4 })
  const client = call('GET')
  await client.untilFate()
  expect(client.text).toBe('HTTP/1.1 200 OK\r\nA: b\r\n\r\n0123')
})

test('counts turns: the first request is answered, the second is reset', async () => {
  await arm({ kind: 'reset', from: 'client', turn: 2 })
  const client = call('first')
  await client.until(() => client.text === 'first')
  await silence()
  expect(client.fate).toBeUndefined()
  client.socket.write('second')
  await client.untilFate()
  expect(client.text).toBe('first')
  expect(client.fate).toBe('ECONNRESET')
})

test('silence at accept: connected, and then nothing; not even the FIN is answered', async () => {
  await arm({ kind: 'silence' })
  const client = call('hello')
  client.socket.end()
  await silence()
  expect(client.socket.connecting).toBe(false)
  expect(client.fate).toBeUndefined()
  expect(client.text).toBe('')
  wire.flushObservations()
  expect(observed('in', 'client').at(-1)!.bytes).toBe(5)
  expect(observed('out', 'server').at(-1)).toMatchObject({ bytes: 0 })
  expect((await wire.evidence()).fired).toBe(1)
})

test('afterMs: everything is handed on until then, and nothing after', async () => {
  await arm({ kind: 'silence', afterMs: 200 })
  const client = call('hello')
  await client.until(() => client.text === 'hello')
  expect(client.reads[0]!.atMs).toBeLessThan(200)
  expect((await wire.evidence()).fired).toBe(0)
  await silence()
  await silence()
  client.socket.write('again')
  await silence()
  expect(client.text).toBe('hello')
  expect(client.fate).toBeUndefined()
  expect((await wire.evidence()).fired).toBe(1)

  await arm({ kind: 'reset', afterMs: 0 })
  await call().untilFate()
  expect(observed('connected')).toHaveLength(1)
})

test('stall stops one direction after exactly N bytes; the other goes on', async () => {
  const requests: string[] = []
  serve = (socket) =>
    socket.on('data', (chunk: Buffer) => {
      requests.push(String(chunk))
      socket.write('0123456789')
    })
  await arm({ kind: 'stall', from: 'server', afterBytes: 4 })
  const client = call('a')
  await client.until(() => client.text.length === 4)
  client.socket.write('b')
  await silence()
  expect(client.text).toBe('0123')
  expect(client.fate).toBeUndefined()
  expect(requests).toEqual(['a', 'b'])
  wire.flushObservations()
  expect(observed('in', 'server').at(-1)!.bytes).toBe(20)
  expect(observed('out', 'client').at(-1)!.bytes).toBe(4)
})

test('forget: the server is reset now, the client when it next writes', async () => {
  const atServer = new Promise<Witness>((resolve) => {
    serve = (socket) => resolve(new Witness(socket))
  })
  await arm({ kind: 'forget', afterIdleMs: 100 })
  const client = call('hello')
  const far = await atServer
  await far.untilFate()
  expect(far.fate).toBe('ECONNRESET')
  await silence()
  expect(client.fate).toBeUndefined()
  client.socket.write('again')
  await client.untilFate()
  expect(client.fate).toBe('ECONNRESET')
})

test('cuts a connection that is idle, and never one that speaks', async () => {
  await arm({ kind: 'cut', afterIdleMs: 150 })
  const client = call('x')
  // Each echo is answered with a byte until 400 ms have passed.
  client.socket.on('data', () => {
    if (nowMs() - client.startMs < 400) setTimeout(() => client.socket.write('x'), 20)
  })
  await client.untilFate()
  expect(client.fate).toBe('end')
  expect(client.fateMs - client.reads.at(-1)!.atMs).toBeGreaterThan(149)
  expect(client.fateMs).toBeGreaterThan(500)
  expect(client.fateMs).toBeLessThan(1_500)
})

test('delay: one delay per direction, order kept, never early, the FIN too', async () => {
  await arm({ kind: 'delay', delayMs: 100, jitterMs: 20, seed: 7 })
  const client = call()
  const sentMs = nowMs() - client.startMs
  for (let n = 0; n < 10; n += 1) client.socket.write(`${n}`)
  client.socket.end()
  await client.untilFate()
  expect(client.text).toBe('0123456789')
  expect(client.fate).toBe('end')
  expect(client.reads[0]!.atMs - sentMs).toBeGreaterThanOrEqual(160)
  expect(client.fateMs - sentMs).toBeLessThan(600)
})

test('delay of one direction leaves the other alone', async () => {
  let atServerMs = Number.POSITIVE_INFINITY
  serve = (socket) =>
    socket.on('data', () => {
      atServerMs = nowMs() - client.startMs
      socket.write('answer')
    })
  await arm({ kind: 'delay', from: 'server', delayMs: 300 })
  const client = call('hello')
  await client.until(() => client.text === 'answer')
  expect(atServerMs).toBeLessThan(200)
  expect(client.reads[0]!.atMs - atServerMs).toBeGreaterThanOrEqual(300)
})

test('throttle keeps to its bytes per second by the clock', async () => {
  answerWith(Buffer.alloc(100_000))
  await arm({ kind: 'throttle', from: 'server', bytesPerSecond: 200_000 })
  const client = call('GET')
  await client.until(() => client.bytes.length === 100_000)
  const tookMs = client.reads.at(-1)!.atMs
  expect(tookMs).toBeGreaterThanOrEqual(499)
  expect(tookMs).toBeLessThan(750)
})

test('slice: the peer reads each piece by itself', async () => {
  answerWith('head;0123456789')
  await arm({ kind: 'slice', from: 'server', afterText: ';', bytes: 2, delayMs: 10 })
  const client = call('GET')
  await client.until(() => client.text === 'head;0123456789')
  expect(client.reads.map(({ bytes }) => bytes.toString())).toEqual(['head;', '01', '23', '45', '67', '89'])
  expect(client.reads.at(-1)!.atMs - client.reads[0]!.atMs).toBeGreaterThan(45)
})

test('corrupt changes the bytes it names, and no other', async () => {
  answerWith('0123456789')
  await arm({ kind: 'corrupt', from: 'server', afterBytes: 3, xor: 1, bytes: 2 })
  const client = call('GET')
  await client.until(() => client.text.length === 10)
  expect(client.text).toBe('0122556789')
})

test.each([
  [{ text: 'X', removeBytes: 3 }, '0123X789'],
  [{ text: 'XY' }, '0123XY456789'],
  [{ text: '', removeBytes: 'rest' }, '0123'],
] as const)('forge %j puts text in and takes bytes out', async (forged, expected) => {
  serve = (socket) => socket.on('data', () => socket.end('0123456789'))
  await arm({ kind: 'forge', from: 'server', afterBytes: 4, ...forged })
  const client = call('GET')
  await client.untilFate()
  expect(client.text).toBe(expected)
  expect(client.fate).toBe('end')
})

test.each([
  { fate: 'end', arrives: 'end-in', finish: (socket: Socket) => socket.end() },
  { fate: 'ECONNRESET', arrives: 'reset-in', finish: (socket: Socket) => socket.resetAndDestroy() },
] as const)(
  'swallow-end: the other side never learns of the $fate; delay-end: it learns later',
  async ({ arrives, fate, finish }) => {
    serve = (socket) => socket.on('data', () => socket.write('bye', () => setTimeout(finish, 20, socket)))
    await arm({ kind: 'swallow-end', from: 'server' })
    const left = call('GET')
    await left.until(() => left.text === 'bye')
    await silence()
    expect(observed(arrives, 'server')).toHaveLength(1)
    expect(left.fate).toBeUndefined()
    expect(observed('end-out', 'client')).toEqual([])
    expect(observed('reset-out', 'client')).toEqual([])

    await arm({ kind: 'delay-end', from: 'server', delayMs: 200 })
    const late = call('GET')
    await late.untilFate()
    expect(late.fate).toBe(fate)
    expect(late.fateMs - late.reads.at(-1)!.atMs).toBeGreaterThan(150)
    expect(left.fate).toBeUndefined()
  },
)

test('full: others hold the connections that there are, and a further one is struck', async () => {
  const own = () => [...sockets].filter(({ destroyed, localPort }) => !destroyed && localPort === serverPort)
  await wire.arm({ state: { kind: 'full', connections: 3, strike: 'reset' } })
  await expect.poll(own).toHaveLength(3)
  expect(seen).toEqual([])
  const struck = call('hello')
  await struck.untilFate()
  expect(struck.fate).toBe('ECONNRESET')
  expect(await wire.evidence()).toEqual({
    fired: 1,
    text: '1 connection beside 3 of others, 1 × reset',
  })
  // Whoever leaves makes room.
  own()[0]!.destroy()
  await expect.poll(own).toHaveLength(2)
  await silence()
  const fresh = call('hello')
  await fresh.until(() => fresh.text === 'hello')
  await wire.quiet(1)
  await expect.poll(own).toHaveLength(2)

  await wire.heal()
  await expect.poll(own).toHaveLength(0)
  const after = call('hello')
  await after.until(() => after.text === 'hello')
})

test('full: others get their connections also where somebody has some already, who keeps them', async () => {
  const open = [call('hello'), call('hello'), call('hello')]
  for (const each of open) await each.until(() => each.text === 'hello')
  await wire.arm({ state: { kind: 'full', connections: 2, strike: 'cut' } })
  await silence()
  const struck = call('hello')
  await struck.untilFate()
  expect(await wire.evidence()).toEqual({ fired: 1, text: '1 connection beside 2 of others, 1 × cut' })
  await wire.heal()
  expect(open.map(({ fate }) => fate)).toEqual([undefined, undefined, undefined])
})

test('closed: a connect is refused, what is open goes on, and healing opens the same port', async () => {
  const open = call('hello')
  await open.until(() => open.text === 'hello')
  const port = wire.port
  await wire.arm({ state: { kind: 'closed' } })
  const refused = call()
  await refused.untilFate()
  expect(refused.fate).toBe('ECONNREFUSED')
  expect(await wire.evidence()).toEqual({
    fired: 1,
    text: `a probe of 127.0.0.1:${port}: ECONNREFUSED`,
    isProbed: true,
  })
  open.socket.write(' again')
  await open.until(() => open.text === 'hello again')

  await wire.heal()
  await wire.heal()
  expect(wire.port).toBe(port)
  const after = call('hello')
  await after.until(() => after.text === 'hello')
})

test.skipIf(process.platform !== 'linux')(
  'backlog-full: a connect never ends, and the kernel says so (Linux only)',
  async () => {
    await wire.arm({ state: { kind: 'backlog-full' } })
    expect(await wire.evidence()).toEqual({ fired: 0, text: '0 SYNs unanswered (kernel: SYN_SENT)' })
    const waiting = [call('hello'), call('hello')]
    await silence()
    expect(waiting.map(({ socket, fate }) => [socket.connecting, fate])).toEqual([
      [true, undefined],
      [true, undefined],
    ])
    for (const { socket } of waiting) socket.destroy()
    expect(await wire.evidence()).toEqual({ fired: 2, text: '2 SYNs unanswered (kernel: SYN_SENT)' })

    await wire.heal()
    const after = call('hello')
    await after.until(() => after.text === 'hello')
  },
)

test.skipIf(process.platform !== 'linux' || !hasIpv6())(
  'by-family: IPv6 is met with silence, IPv4 refused, each at its own address (Linux with IPv6 only)',
  async () => {
    const state = { kind: 'by-family', ipv6: 'silence', ipv4: 'works' } as const
    await expect(wire.arm({ state })).rejects.toThrow('expected an IPv6 address')
    const both = await Wire.open({
      name: 'front',
      ground,
      address: '127.0.0.1',
      address6: '::1',
      port: 0,
      upstream: () => ({ host: '127.0.0.1', port: serverPort }),
      observe: (observation) => seen.push(observation as WireObservation),
      onBug: (error) => bugs.push(error),
    })
    const { port } = both
    const reached = () => Promise.all(['127.0.0.1', '::1'].map((address) => ground.probe(address, port)))
    expect(await reached()).toEqual(['connected', 'connected'])
    expect(observed('accepted').map(({ address }) => address)).toEqual(['127.0.0.1', '::1'])

    await both.arm({ state })
    expect(await reached()).toEqual(['connected', 'ETIMEDOUT'])
    expect((await both.evidence()).fired).toBe(1)
    await both.arm({ state: { ...state, ipv6: 'refused' } })
    expect(await reached()).toEqual(['connected', 'ECONNREFUSED'])
    expect(await both.evidence()).toEqual({
      fired: 1,
      text: `a probe of [::1]:${port}: ECONNREFUSED`,
      isProbed: true,
    })
    await both.arm({ state: { ...state, ipv4: 'refused' } })
    expect(await reached()).toEqual(['ECONNREFUSED', 'ETIMEDOUT'])

    await both.heal()
    expect(await reached()).toEqual(['connected', 'connected'])
    await both.close()
  },
)

test('arms all or nothing: when a state cannot be applied, the wire works as before', async () => {
  const broken = await Wire.open({
    name: 'front',
    ground: {
      listen: (...open) => ground.listen(...open),
      bindUdp: (...open) => ground.bindUdp(...open),
      probe: (...open) => ground.probe(...open),
      fillBacklog: () => Promise.reject(new Error('no backlog here')),
      occupy: (...open) => ground.occupy(...open),
    },
    address: '127.0.0.1',
    port: 0,
    upstream: () => ({ host: '127.0.0.1', port: serverPort }),
    observe: () => {},
    onBug: (error) => bugs.push(error),
  })
  await expect(broken.arm({ state: { kind: 'backlog-full' } })).rejects.toThrow('no backlog here')
  expect(await ground.probe('127.0.0.1', broken.port)).toBe('connected')
  await broken.close()
})

test('close leaves no connection and no listener', async () => {
  const client = call('hello')
  await client.until(() => client.text === 'hello')
  await wire.close()
  await client.untilFate()
  expect(await ground.probe('127.0.0.1', wire.port)).toBe('ECONNREFUSED')
})

const hasCurl = spawnSync('curl', ['--version']).status === 0

// Exit codes of curl(1): 52 empty reply, 56 failure in receiving, 28 timed out, 18 partial file.
test.skipIf(!hasCurl).each<[WireVerdict | undefined, number]>([
  [undefined, 0],
  [{ kind: 'cut' }, 52],
  [{ kind: 'reset', from: 'server' }, 56],
  [{ kind: 'silence' }, 28],
  [{ kind: 'cut', from: 'server', afterText: '\r\n\r\n', afterBytes: 4 }, 18],
])('curl meets %j: exit %i (needs curl: apt-get install curl)', async (verdict, exit) => {
  answerWith('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789')
  if (verdict !== undefined) await arm(verdict)
  const url = `http://127.0.0.1:${wire.port}/`
  const code = await new Promise((resolve) => {
    execFile('curl', ['--noproxy', '*', '-sS', '-m', '1', url], (error) => resolve(error?.code ?? 0))
  })
  expect(code).toBe(exit)
})

test('half-cut ends one direction with a FIN; the other goes on', async () => {
  const atServer = new Promise<Witness>((resolve) => {
    serve = (socket) => {
      resolve(new Witness(socket))
      socket.write('never handed on')
    }
  })
  await arm({ kind: 'half-cut', from: 'server' })
  const client = call('before')
  await client.untilFate()
  expect(client).toMatchObject({ fate: 'end', text: '' })
  client.socket.write(', after')
  const far = await atServer
  await far.until(() => far.text === 'before, after')
  expect(far.fate).toBeUndefined()
})

test.each([
  ['reset', 'ECONNRESET'],
  ['cut', 'end'],
  ['silence', undefined],
] as const)('open-struck, %s: what is open is struck, what is new works', async (strike, fate) => {
  answerWith('answer')
  const open = call('hello')
  await open.until(() => open.text === 'answer')
  await wire.arm({ state: { kind: 'open-struck', strike } })
  open.socket.write('again')
  await silence()
  expect(open).toMatchObject({ fate, text: 'answer' })
  expect(await wire.evidence()).toEqual({ fired: 1, text: `1 connection, 1 × ${strike}` })
  const fresh = call('hello')
  await fresh.until(() => fresh.text === 'answer')
  await wire.heal()
})

test('open-struck, afterIdleMs: struck once it is idle, and armed when the client has answered', async () => {
  answerWith('answer')
  const open = call('hello')
  await open.until(() => open.text === 'answer')
  open.socket.on('end', () => open.socket.end())
  const busy = setInterval(() => open.socket.write('again'), 50)
  setTimeout(clearInterval, 300, busy)
  await wire.arm({ state: { kind: 'open-struck', strike: 'cut', afterIdleMs: 200 } })
  expect(open.fate).toBe('end')
  expect(open.fateMs - open.reads.at(-1)!.atMs).toBeGreaterThan(195)
  expect(open.fateMs).toBeGreaterThan(450)
  expect(observed('end-in', 'client')).toHaveLength(1)
  expect((await wire.evidence()).fired).toBe(1)
})

test('open-struck, afterIdleMs: what is healed before it is idle stays open', async () => {
  const open = call('hello')
  await open.until(() => open.text === 'hello')
  const busy = setInterval(() => open.socket.write('again'), 50)
  await wire.arm({ state: { kind: 'open-struck', strike: 'reset', afterIdleMs: 100 } })
  expect(await wire.evidence()).toEqual({ fired: 0, text: '1 connection' })
  await wire.heal()
  clearInterval(busy)
  await silence()
  await silence()
  expect(open.fate).toBeUndefined()
})

test('open-struck, forget: the next byte of the client is answered with a RST', async () => {
  answerWith('answer')
  const open = call('hello')
  await open.until(() => open.text === 'answer')
  await wire.arm({ state: { kind: 'open-struck', strike: 'forget' } })
  expect(open.fate).toBeUndefined()
  open.socket.write('again')
  await open.untilFate()
  expect(open.fate).toBe('ECONNRESET')
})

test('says how long bytes waited, where they did; and compares what came with what went', async () => {
  await arm({ kind: 'delay', from: 'client', delayMs: 80 })
  const slow = call('hello')
  await slow.until(() => slow.text === 'hello')
  slow.socket.destroy()
  await wire.quiet(1_000)
  const heldMs = observed('out', 'server').at(-1)?.heldMs ?? 0
  expect(heldMs).toBeGreaterThanOrEqual(75)
  expect(observed('out', 'client').map((one) => one.heldMs)).not.toContainEqual(expect.anything())

  seen = []
  await arm({ kind: 'corrupt', from: 'client', afterBytes: 1, xor: 1 })
  const changed = call('hello')
  await changed.until(() => changed.bytes.length === 5)
  wire.flushObservations()
  expect(observed('in', 'client').at(-1)?.digest).toBe(digest(Buffer.from('hello')))
  expect(observed('out', 'server').at(-1)?.digest).toBe(digest(Buffer.from('hdllo')))
})

test('bytes that a full receiver makes wait have waited, too', async () => {
  const atServer = new Promise<Socket>((resolve) => {
    serve = (socket) => resolve(socket.pause())
  })
  const client = call()
  for (let piece = 0; piece < 200; piece += 1) client.socket.write(Buffer.alloc(100_000))
  const far = await atServer
  // Full everywhere: nothing more leaves the client.
  for (let left = -1; left !== client.socket.writableLength; await silence())
    left = client.socket.writableLength
  await silence()
  far.resume()
  await new Promise<void>((resolve) => client.socket.end(resolve))
  client.socket.destroy()
  await wire.quiet(1_000)
  expect(observed('out', 'server').at(-1)?.heldMs).toBeGreaterThan(100)
  expect(observed('out', 'server').length).toBeLessThan(20)
})
