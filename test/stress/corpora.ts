import { Duplex } from 'node:stream'
import { connect } from 'node:tls'
import type { Draw } from './part.ts'

// Valid samples of what each machine reads: what is sent is one of them, changed.

/** One to a few changes of the kinds that parsers trip over. */
export function mutated(sample: Buffer, draw: Draw): Buffer {
  let bytes: Buffer = Buffer.from(sample)
  for (let changes = draw.upTo(4); changes >= 0; changes -= 1) bytes = changed(bytes, draw)
  return bytes
}

const telling = [0, 1, 0x0a, 0x0d, 0x20, 0x7f, 0x80, 0xc0, 0xff]

function changed(bytes: Buffer, draw: Draw): Buffer {
  const at = draw.upTo(bytes.length)
  switch (draw.upTo(6)) {
    case 0:
      return bytes.subarray(0, at)
    case 1:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.alloc(draw.upTo(64), draw.among(telling)),
        bytes.subarray(at),
      ])
    case 2:
      return Buffer.concat([bytes, bytes.subarray(at)])
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + draw.upTo(8))])
    case 4:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.alloc(draw.among([256, 4_096, 70_000]), 0x61),
        bytes.subarray(at),
      ])
    default: {
      const flipped = Buffer.from(bytes)
      if (at < flipped.length) flipped[at] = draw.isChance(0.5) ? draw.among(telling) : draw.upTo(255)
      return flipped
    }
  }
}

function dnsName(name: string): Buffer {
  return Buffer.concat([
    ...name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.of(0),
  ])
}

function dnsQuery(name: Buffer, type: number, more: Buffer = Buffer.alloc(0), additional = 0): Buffer {
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0x1234, 0)
  head.writeUInt16BE(0x0100, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(additional, 10)
  return Buffer.concat([head, name, Buffer.of(0, type, 0, 1), more])
}

const edns = Buffer.of(0, 0, 41, 0x10, 0, 0, 0, 0, 0, 0, 0)
const host = dnsName('api.example.test')
export const dns: readonly Buffer[] = [
  dnsQuery(host, 1),
  dnsQuery(host, 28, edns, 1),
  dnsQuery(dnsName('other.example.test'), 255),
  dnsQuery(dnsName('a.'.repeat(60).slice(0, -1)), 16),
  // A name that points at itself.
  dnsQuery(Buffer.of(0xc0, 12), 1),
]

export const framedDns: readonly Buffer[] = dns.map((message) =>
  Buffer.concat([Buffer.of(message.length >> 8, message.length & 0xff), message]),
)

const http = (first: string, headers: readonly string[], body = ''): Buffer =>
  Buffer.from(`${[first, 'Host: api.example.test', ...headers].join('\r\n')}\r\n\r\n${body}`, 'latin1')
const json = 'Content-Type: application/json'
export const requests: readonly Buffer[] = [
  http('GET /users HTTP/1.1', []),
  http('HEAD /users?x=%ff HTTP/1.1', ['Connection: close']),
  http('POST /login HTTP/1.1', [json, 'Content-Length: 17'], '{"userId":"1"}   '),
  http('POST /orders HTTP/1.1', [json, 'Transfer-Encoding: chunked'], '5\r\n{"a":\r\n3\r\n1} \r\n0\r\n\r\n'),
  http('POST /orders HTTP/1.1', [json, 'Content-Length: 5', 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
  http('PUT /users/1 HTTP/1.1', [json, 'Expect: 100-continue', 'Content-Length: 2'], '{}'),
  http('OPTIONS * HTTP/1.1', ['Upgrade: websocket', 'Connection: Upgrade, TE', 'TE: trailers']),
  http('DELETE /users/1 HTTP/1.0', ['Cookie: a=b; c', 'X-Request-Id: fetch-1.1']),
]

const arm = (body: string) =>
  http('POST /arm HTTP/1.1', [json, `Content-Length: ${Buffer.byteLength(body)}`], body)
export const control: readonly Buffer[] = [
  http('GET /status HTTP/1.1', []),
  http('POST /heal HTTP/1.1', ['Content-Length: 0']),
  arm('{"id":"dns.nxdomain","parameters":{},"replace":true}'),
  arm('{"id":"backend.throws","parameters":{"route":"/users","when":{"times":2}}}'),
  arm('{"id":"__proto__","parameters":{"constructor":1}}'),
]

/** A message of Postgres' protocol: its letter, its length, and what it says. */
const message = (letter: string, said: string): Buffer => {
  const body = Buffer.from(said, 'latin1')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length + 4)
  return Buffer.concat([Buffer.from(letter, 'latin1'), length, body])
}
const startup = message('', '\0\x03\0\0user\0app\0database\0shop\0\0')
const extended = [
  message('P', 's1\0/* step=users.list req=you-1.1 */ SELECT 1\0\0\0'),
  message('B', '\0s1\0\0\0\0\0\0\0'),
  message('D', 'P\0'),
  message('E', '\0\0\0\0\0'),
  message('S', ''),
]
export const frames: readonly Buffer[] = [
  startup,
  message('', '\x04\xd2\x16\x2f'),
  message('', '\x04\xd2\x16\x2e\0\0\0\x01\0\0\0\x02'),
  Buffer.concat([startup, message('p', 'md5abc\0')]),
  Buffer.concat([startup, message('Q', 'SELECT 1; SELECT 2\0')]),
  Buffer.concat([startup, ...extended]),
  Buffer.concat([startup, message('d', 'a\tb\n'), message('c', ''), message('f', 'no\0'), message('X', '')]),
]

const ready = message('Z', 'I')
const loggedIn = [
  message('R', '\0\0\0\0'),
  message('S', 'server_version\x0018.4\0'),
  message('S', 'client_encoding\0UTF8\0'),
  message('K', '\0\0\0\x01\0\0\0\x02'),
  ready,
]
/** What a Postgres says, to whatever it was asked. */
export const answers: readonly Buffer[] = [
  Buffer.from('N'),
  Buffer.concat(loggedIn),
  message('R', '\0\0\0\x0aSCRAM-SHA-256\0\0'),
  message('E', 'SFATAL\0C28P01\0Mpassword authentication failed\0\0'),
  Buffer.concat([
    message('T', '\0\x01server_version_num\0\0\0\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0'),
    message('D', '\0\x01\0\0\0\x06180004'),
    message('C', 'SELECT 1\0'),
    ready,
  ]),
  Buffer.concat([
    message('1', ''),
    message('2', ''),
    message('n', ''),
    message('C', 'CREATE TABLE\0'),
    ready,
  ]),
]

/** As OpenSSL writes them. */
export async function clientHellos(): Promise<readonly Buffer[]> {
  const ways = [
    {},
    { maxVersion: 'TLSv1.2' as const },
    { ALPNProtocols: ['h2', 'http/1.1'] },
    { servername: 'other.test' },
  ]
  return await Promise.all(
    ways.map(
      (way) =>
        new Promise<Buffer>((resolve) => {
          const taker = new Duplex({
            read: () => {},
            write: (chunk: Buffer, _encoding, done) => {
              resolve(Buffer.from(chunk))
              done()
            },
          })
          connect({ socket: taker, servername: 'api.example.test', ...way }).on('error', () => {})
        }),
    ),
  )
}
