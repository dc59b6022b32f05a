import { execFile, spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { promisify } from 'node:util'
import { Packet } from 'dns2'
import { afterEach, expect, test } from 'vitest'
import { LoopbackGround } from '../../../sandbox/host/ground/loopback-ground.ts'
import type { DnsEvent, DnsVerdict, DnsZone } from '../../../sandbox/machines/dns/dns-points.ts'
import { DnsServer, type DnsServerOptions } from '../../../sandbox/machines/dns/dns-server.ts'
import type { Rule } from '../../../sandbox/machines/shared/rules.ts'
import type { Observation } from '../../../sandbox/machines/shared/trace.ts'
import { seededDraw } from '../../../sandbox/machines/shared/when.ts'

const name = 'api.example.test'
const zone: DnsZone = {
  [name]: { A: ['127.0.0.9'] },
  'big.example.test': { A: Array.from({ length: 40 }, (_, index) => `127.0.1.${index}`) },
}

const hasDig = spawnSync('dig', ['-v']).error === undefined
/** An independent resolver is the witness. Where it is missing: apt-get install dnsutils, brew install bind. */
const withDig = test.skipIf(!hasDig)
/** Elsewhere 127.0.0.1 is the only loopback address that can be bound. */
const withDigOnLinux = test.skipIf(!hasDig || process.platform !== 'linux')

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function openServer(
  observe: (seen: Observation) => void = () => {},
  options: Partial<DnsServerOptions> = {},
) {
  const seen: Observation[] = []
  const bugs: Error[] = []
  const server = await DnsServer.open({
    ground: new LoopbackGround(),
    address: '127.0.0.1',
    port: 0,
    zone,
    observe: (observation) => {
      seen.push(observation)
      observe(observation)
    },
    onBug: (error) => bugs.push(error),
    ...options,
  })
  cleanUps.push(() => server.close())
  return { server, seen, bugs }
}

/** Everything dig prints, without regard to its exit code: what it says is what is asserted. */
async function dig(server: DnsServer, ...args: string[]): Promise<string> {
  const at = args.some((arg) => arg.startsWith('@')) ? [] : ['@127.0.0.1']
  const common = [...at, '-p', String(server.port), '+tries=1', '+time=1']
  const ran = promisify(execFile)('dig', [...common, ...args])
  return await ran.then(
    ({ stdout }) => stdout,
    (error) => `${error.stdout}${error.stderr}`,
  )
}

function query(asked: string, id = 7): Buffer {
  const packet = new Packet()
  packet.header = new Packet.Header({ id, rd: 1 })
  packet.questions = [new Packet.Question(asked, Packet.TYPE.A, Packet.CLASS.IN)]
  return packet.toBuffer()
}

function framed(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from([message.length >> 8, message.length & 0xff]), message])
}

async function connected(server: DnsServer): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1')
  cleanUps.push(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

withDig('answers from its zone as a recursive resolver does', async () => {
  const { server, seen, bugs } = await openServer()

  const found = await dig(server, 'API.Example.test', 'A')
  expect(found).toMatch(/status: NOERROR.*\n.*flags: qr rd ra; QUERY: 1, ANSWER: 1,/)
  expect(found).toContain('EDNS: version: 0, flags:; udp: 1232')
  expect(found).toMatch(/API\.Example\.test\.\s+60\s+IN\s+A\s+127\.0\.0\.9/)
  expect(found).not.toContain('WARNING')

  for (const type of ['AAAA', 'HTTPS', 'TXT']) {
    const noData = await dig(server, name, type)
    expect(noData).toMatch(/status: NOERROR[^;]*;; flags: qr rd ra; QUERY: 1, ANSWER: 0, AUTHORITY: 1/)
  }
  expect(await dig(server, 'example.test')).toContain('status: NOERROR')
  for (const unknown of ['other.test', 'constructor']) {
    const missing = await dig(server, unknown)
    expect(missing).toMatch(/status: NXDOMAIN[^;]*;; flags: qr rd ra; QUERY: 1, ANSWER: 0, AUTHORITY: 1/)
  }

  const asked = { machine: 'dns', name, type: 'A', transport: 'udp' }
  expect(seen.slice(0, 2)).toEqual([
    { ...asked, what: 'question' },
    { ...asked, what: 'answer', rcode: 'NOERROR', records: ['A 127.0.0.9'] },
  ])
  expect(seen).toContainEqual({ ...asked, what: 'answer', type: 'HTTPS', rcode: 'NOERROR', records: [] })
  expect(bugs).toEqual([])
})

withDig('truncates what does not fit over UDP, and answers whole over TCP on the same port', async () => {
  const { server, seen } = await openServer()

  const cut = await dig(server, 'big.example.test', '+noedns', '+ignore')
  expect(cut).toMatch(/flags: qr tc rd ra; QUERY: 1, ANSWER: 0/)
  const whole = await dig(server, 'big.example.test', '+noedns')
  expect(whole).toContain('Truncated, retrying in TCP mode')
  expect(whole).toContain('ANSWER: 40')
  expect(await dig(server, 'big.example.test')).toMatch(/flags: qr rd ra; QUERY: 1, ANSWER: 40/)

  const answers = seen.flatMap((each) => (each.machine === 'dns' && each.what === 'answer' ? [each] : []))
  expect(answers.map(({ transport, flaws }) => [transport, flaws])).toEqual([
    ['udp', ['truncated']],
    ['udp', ['truncated']],
    ['tcp', undefined],
    ['udp', undefined],
  ])
})

/** What dig says where the verdict acts, and the evidence of that one question. */
const acts: [string, DnsVerdict, RegExp, string][] = [
  [
    'an rcode',
    { kind: 'answer', rcode: 'SERVFAIL' },
    /status: SERVFAIL.*\n.*ANSWER: 0, AUTHORITY: 0/,
    '1 question was answered SERVFAIL',
  ],
  [
    'no data',
    { kind: 'answer', records: [] },
    /NOERROR.*\n.*ANSWER: 0, AUTHORITY: 1/,
    '1 question was answered NODATA',
  ],
  [
    'no data and no help',
    { kind: 'answer', records: [], soa: false, flags: { ra: 0 } },
    /flags: qr rd; QUERY: 1, ANSWER: 0, AUTHORITY: 0.*\n;; WARNING: recursion requested but not available/,
    '1 question was answered NODATA',
  ],
  [
    'other addresses, then its own',
    { kind: 'answer', records: [{ type: 'A', value: '127.0.0.2', ttlSeconds: 0 }], includeZone: true },
    /\s0\s+IN\s+A\s+127\.0\.0\.2\n.*\s60\s+IN\s+A\s+127\.0\.0\.9/,
    '1 question was answered A 127.0.0.2 and 1 more',
  ],
  [
    'a CNAME loop',
    {
      kind: 'answer',
      records: [
        { type: 'CNAME', value: 'b.test' },
        { name: 'b.test', type: 'CNAME', value: name },
      ],
    },
    /api\.example\.test\.\s+60\s+IN\s+CNAME\s+b\.test\.\nb\.test\.\s+60\s+IN\s+CNAME\s+api\.example\.test\./,
    '1 question was answered CNAME b.test. and 1 more',
  ],
  [
    'a CNAME to nowhere',
    { kind: 'answer', rcode: 'NXDOMAIN', records: [{ type: 'CNAME', value: 'gone.test' }] },
    /status: NXDOMAIN[\s\S]*CNAME\s+gone\.test\./,
    '1 question was answered NXDOMAIN',
  ],
  [
    'only the address types asked for',
    { kind: 'answer', records: [{ type: 'AAAA', value: '::1' }] },
    /NOERROR.*\n.*ANSWER: 0, AUTHORITY: 1/,
    '1 question was answered NODATA',
  ],
  [
    'for another name',
    { kind: 'answer', owner: 'other.test', records: [{ type: 'A', value: '127.0.0.9' }] },
    /other\.test\.\s+60\s+IN\s+A\s+127\.0\.0\.9/,
    '1 question was answered A 127.0.0.9 (other-owner)',
  ],
  [
    'with another id',
    { kind: 'answer', wrongId: true },
    /ID mismatch/,
    '1 question was answered A 127.0.0.9 (other-id)',
  ],
  [
    'to another question',
    { kind: 'answer', question: 'other.test' },
    /Question section mismatch/,
    '1 question was answered A 127.0.0.9 (other-question)',
  ],
  [
    'without a question',
    { kind: 'answer', question: null },
    /QUERY: 0, ANSWER: 1/,
    '1 question was answered A 127.0.0.9 (other-question)',
  ],
  [
    'as if it asked',
    { kind: 'answer', flags: { qr: 0 } },
    /query response not set/,
    '1 question was answered A 127.0.0.9 (not-an-answer)',
  ],
  ['with wrong counts', { kind: 'answer', malformed: 'counts' }, /malformed message packet/, 'malformed'],
  ['with a wrong length', { kind: 'answer', malformed: 'rdlength' }, /malformed message packet/, 'malformed'],
  [
    'with a pointer loop',
    { kind: 'answer', malformed: 'pointer-loop' },
    /malformed|bad compression pointer/,
    'malformed',
  ],
  ['with its records cut off', { kind: 'answer', cutBytes: 20 }, /malformed message packet/, 'malformed'],
  ['with too few bytes', { kind: 'answer', cutBytes: 3 }, /short \(< header size\)/, 'malformed'],
  ['never', { kind: 'drop' }, /timed out/, '1 question was given no answer'],
  [
    'late',
    { kind: 'answer', delayMs: 300 },
    /A\s+127\.0\.0\.9[\s\S]*Query time: (29|[3-9]\d)\d msec/,
    'slowest after',
  ],
]

for (const [how, verdict, said, evidence] of acts) {
  withDig(`answers ${how} where a rule says so, and nowhere else`, async () => {
    const { server, bugs } = await openServer()
    await server.arm({ rules: [{ match: { name, transport: 'udp' }, verdict }] })

    expect(await dig(server, name)).toMatch(said)
    expect(await server.evidence()).toEqual({
      fired: 1,
      counted: '1 question',
      text: expect.stringContaining(evidence),
    })
    expect(await dig(server, name, '+tcp')).toMatch(/NOERROR[\s\S]*A\s+127\.0\.0\.9/)
    expect((await server.evidence()).fired).toBe(1)

    await server.heal()
    expect(await dig(server, name)).toMatch(/NOERROR[\s\S]*A\s+127\.0\.0\.9/)
    expect((await server.evidence()).fired).toBe(1)
    expect(bugs).toEqual([])
  })
}

const truncate: Rule<DnsEvent, DnsVerdict> = {
  match: { transport: 'udp' },
  verdict: { kind: 'answer', records: [], flags: { tc: 1 } },
}

withDig.each([
  ['a reset', 'reset', /connection reset/, '1 × TCP reset'],
  ['an end', 'end', /end of file/, '1 × TCP end'],
  ['a stall', 'drop', /timed out/, '1 × no answer'],
] as const)('follows a truncated answer with %s over TCP', async (_, kind, said, evidence) => {
  const { server } = await openServer()
  await server.arm({ rules: [truncate, { match: { transport: 'tcp' }, verdict: { kind } }] })

  const output = await dig(server, name)
  expect(output).toContain('Truncated, retrying in TCP mode')
  expect(output).toMatch(said)
  const { text } = await server.evidence()
  expect(text).toContain('1 × truncated')
  expect(text).toContain(evidence)
})

withDig('closes the TCP port alone, or both, and opens them again on the same number', async () => {
  const { server } = await openServer()
  const { port } = server

  await server.arm({ rules: [truncate], state: { kind: 'tcp-closed' } })
  expect(await dig(server, name)).toMatch(/Truncated, retrying in TCP mode[\s\S]*connection refused/)
  expect(await server.evidence()).toEqual({
    fired: 1,
    text: `TCP port ${port} closed (probed), 1 question was answered truncated`,
  })

  await server.arm({ state: { kind: 'closed' } })
  expect(await dig(server, name)).toContain('connection refused')
  expect(await server.evidence()).toEqual({
    fired: 1,
    text: `UDP and TCP port ${port} closed (probed), 0 questions`,
    isProbed: true,
  })

  await server.heal()
  await server.heal()
  expect(server.port).toBe(port)
  for (const transport of ['+notcp', '+tcp']) {
    expect(await dig(server, name, transport)).toMatch(/NOERROR[\s\S]*A\s+127\.0\.0\.9/)
  }
  expect((await server.evidence()).fired).toBe(0)
})

withDig('says that a name has moved as long as that is armed, and proves it without a client', async () => {
  const { server, seen } = await openServer()
  await server.arm({ state: { kind: 'changed', zone: { [name]: { A: ['127.0.0.8'] } } } })
  expect(await server.evidence()).toEqual({
    fired: 1,
    text: 'the record is now A 127.0.0.8 (asked), 0 questions',
    isProbed: true,
  })
  expect(seen).toEqual([])
  expect(await dig(server, name)).toMatch(/NOERROR[\s\S]*A\s+127\.0\.0\.8/)
  expect(await dig(server, 'big.example.test')).toContain('ANSWER: 40')

  await server.heal()
  expect(await dig(server, name)).toMatch(/NOERROR[\s\S]*A\s+127\.0\.0\.9/)
})

withDigOnLinux('has a neighbour that is silent, or another host, only while that is armed', async () => {
  const lists: (readonly string[])[] = []
  const hosts: string[] = []
  const ground = Object.assign(new LoopbackGround(), {
    useResolvers: (_client: string, resolvers: readonly string[]) => lists.push(resolvers),
  })
  const openOtherHost = async (address: string) => {
    hosts.push(`opened ${address}`)
    return { close: async () => void hosts.push(`closed ${address}`) }
  }
  const { server, seen } = await openServer(() => {}, { ground, openOtherHost })

  await server.arm({ state: { kind: 'silent-first' } })
  expect(lists).toEqual([['127.0.2.1', '127.0.0.1']])
  expect(await dig(server, name, '@127.0.2.1')).toContain('timed out')
  expect(await dig(server, name)).toContain('NOERROR')
  expect(seen.map(({ what }) => what)).toEqual(['question', 'question', 'answer'])
  expect(await server.evidence()).toMatchObject({
    fired: 1,
    text: expect.stringContaining('1 × no answer'),
  })

  await server.arm({ state: { kind: 'other-host' } })
  expect(lists.at(-1)).toEqual(['127.0.0.1'])
  expect(await dig(server, name, '@127.0.2.1')).toContain('connection refused')
  expect(await dig(server, name)).toMatch(/NOERROR[\s\S]*A\s+127\.0\.2\.1/)
  await server.heal()
  expect(hosts).toEqual(['opened 127.0.2.1', 'closed 127.0.2.1'])
  expect(await dig(server, name)).toMatch(/NOERROR[\s\S]*A\s+127\.0\.0\.9/)
})

test('the same question again gets the same bytes with its own id, but for a fault that is armed meanwhile', async () => {
  const { server, seen } = await openServer()
  const asker = createSocket('udp4')
  cleanUps.push(() => asker.close())
  const ask = async (id: number) => {
    asker.send(query(name, id), server.port, '127.0.0.1')
    const [answer] = (await once(asker, 'message')) as [Buffer]
    return { id: answer.readUInt16BE(0), rest: answer.subarray(2).toString('hex') }
  }

  const built = await ask(7)
  expect(await ask(8)).toEqual({ id: 8, rest: built.rest })
  await server.arm({ rules: [{ match: { name }, verdict: { kind: 'answer', rcode: 'REFUSED' } }] })
  expect((await ask(9)).rest).not.toBe(built.rest)
  await server.heal()
  expect(await ask(10)).toEqual({ id: 10, rest: built.rest })
  await server.arm({ state: { kind: 'changed', zone: { [name]: { A: ['127.0.0.8'] } } } })
  expect((await ask(11)).rest).not.toBe(built.rest)
  await server.heal()
  expect(await ask(12)).toEqual({ id: 12, rest: built.rest })

  const answers = seen.filter((each) => each.machine === 'dns' && each.what === 'answer')
  const healthy = { machine: 'dns', what: 'answer', name, type: 'A', transport: 'udp', rcode: 'NOERROR' }
  expect(answers[1]).toEqual({ ...healthy, records: ['A 127.0.0.9'] })
  expect(answers[3]).toEqual(answers[1])
  expect(seen).toHaveLength(12)
})

test('lets c-ares tell a bad answer from a missing name', async () => {
  const { server } = await openServer()
  const lookup = () => {
    const resolver = new Resolver({ timeout: 200, tries: 1 })
    resolver.setServers([`127.0.0.1:${server.port}`])
    return resolver.resolve4(name)
  }
  expect(await lookup()).toEqual(['127.0.0.9'])
  for (const [verdict, code] of [
    [{ kind: 'answer', rcode: 'NXDOMAIN' }, 'ENOTFOUND'],
    [{ kind: 'answer', malformed: 'rdlength' }, 'EBADRESP'],
    [{ kind: 'answer', wrongId: true }, 'ETIMEOUT'],
  ] as const) {
    await server.arm({ rules: [{ match: { type: 'A' }, verdict }] })
    await expect(lookup()).rejects.toMatchObject({ code, syscall: 'queryA' })
  }
})

test('answers every question of one connection, in whatever pieces they arrive', async () => {
  const { server } = await openServer()
  const socket = await connected(server)
  const stream = Buffer.concat([query(name, 1), query('other.test', 2), query(name, 3)].map(framed))
  let received = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
  })
  for (const byte of stream) {
    socket.write(Buffer.from([byte]))
    await new Promise(setImmediate)
  }
  const answers = () => {
    const found: [number, number][] = []
    for (let at = 0; at + 2 <= received.length; at += 2 + received.readUInt16BE(at)) {
      const { header } = Packet.parse(received.subarray(at + 2))
      found.push([header.id, header.rcode])
    }
    return found
  }
  await expect.poll(answers).toEqual([
    [1, 0],
    [2, 3],
    [3, 0],
  ])
})

test('ignores what is no question, and goes on answering', async () => {
  const { server, seen, bugs } = await openServer()
  const socket = createSocket('udp4')
  cleanUps.push(() => socket.close())
  const draw = seededDraw(1)
  // No more than the kernel queues for one socket, or the last datagram would be lost.
  for (let round = 0; round < 100; round += 1) {
    const message = query(name).subarray(0, Math.ceil(draw() * 34))
    // More questions than there are bytes, so that no chance makes it a valid message; then any three bytes.
    message[4] = 0xff
    for (let flips = 0; flips < 3; flips += 1) {
      message[5 + Math.floor(draw() * (message.length - 5))] = draw() * 256
    }
    socket.send(message, server.port, '127.0.0.1')
  }
  const stream = await connected(server)
  stream.write(Buffer.concat([framed(Buffer.from('garbage')), framed(Buffer.alloc(0)), framed(query(name))]))
  socket.send(query(name), server.port, '127.0.0.1')
  await Promise.all([once(stream, 'data'), once(socket, 'message')])
  expect(seen.filter((each) => each.what === 'answer')).toHaveLength(2)
  expect(bugs).toEqual([])
})

test('forgets a delayed answer once its fault is over', async () => {
  const { server, seen } = await openServer()
  const socket = createSocket('udp4')
  cleanUps.push(() => socket.close())
  const ids: number[] = []
  socket.on('message', (message) => ids.push(message.readUInt16BE(0)))
  for (const [id, delayMs] of [
    [1, 50],
    [2, 100],
  ] as const) {
    await server.arm({ rules: [{ match: {}, verdict: { kind: 'answer', delayMs } }] })
    socket.send(query(name, id), server.port, '127.0.0.1')
    await expect.poll(() => seen.filter(({ what }) => what === 'question')).toHaveLength(id)
    if (id === 1) await server.heal()
  }
  // The second answer is the later one, so the first can no longer come.
  await expect.poll(() => ids).toEqual([2])
})

test('reports a bug of its own instead of looking like a fault', async () => {
  const reported = new Error('the observer broke')
  const { server, bugs } = await openServer((observation) => {
    if (observation.what === 'answer') throw reported
  })
  const socket = await connected(server)
  await server.arm({ rules: [{ match: {}, when: { times: 1 }, verdict: { kind: 'answer', delayMs: 1 } }] })
  socket.write(framed(query(name)))
  socket.write(framed(query(name)))
  await expect.poll(() => bugs).toEqual([reported, reported])
})

test.each([
  ['rule 1: AAAA expected', { kind: 'answer', records: [{ type: 'AAAA', value: '::ffff:127.0.0.1' }] }],
  ['rule 1: AAAA expected', { kind: 'answer', records: [{ type: 'AAAA', value: 'fe80::1%lo' }] }],
  ['rule 1: A expected', { kind: 'answer', records: [{ type: 'A', value: 'localhost' }] }],
  ['rule 1: expected a host name', { kind: 'answer', records: [{ type: 'CNAME', value: 'a..b' }] }],
  [
    'label',
    { kind: 'answer', owner: `${'a'.repeat(64)}.test`, records: [{ type: 'A', value: '127.0.0.1' }] },
  ],
  ['rule 1: "reset" ends a connection', { kind: 'reset' }],
] satisfies [string, DnsVerdict][])('refuses to arm what it could not send: %s', async (message, verdict) => {
  const { server } = await openServer()
  await server.arm({ rules: [truncate] })
  await expect(server.arm({ rules: [{ match: {}, verdict }] })).rejects.toThrow(message)
  const socket = createSocket('udp4')
  cleanUps.push(() => socket.close())
  socket.send(query(name), server.port, '127.0.0.1')
  await once(socket, 'message')
  expect((await server.evidence()).fired).toBe(1)
})

test('refuses a taken port, and closes at once whatever its clients do', async () => {
  const { server, seen, bugs } = await openServer()
  const { port } = server
  const options = {
    ground: new LoopbackGround(),
    address: '127.0.0.1',
    zone,
    observe: () => {},
    onBug: () => {},
  }
  await expect(DnsServer.open({ ...options, port })).rejects.toThrow(
    `DNS server: cannot listen on 127.0.0.1:${port} (EADDRINUSE)`,
  )

  const idle = await connected(server)
  const waiting = await connected(server)
  await server.arm({ rules: [{ match: {}, verdict: { kind: 'answer', delayMs: 5_000 } }] })
  waiting.write(framed(query(name)))
  await expect.poll(() => seen).toHaveLength(1)
  const ends = [once(idle, 'close'), once(waiting, 'close')]
  idle.resume()
  waiting.resume()
  const startMs = performance.now()
  await server.close()
  expect(performance.now() - startMs).toBeLessThan(500)
  await Promise.all(ends)

  const again = await DnsServer.open({ ...options, port })
  await again.close()
  expect(bugs).toEqual([])
})
