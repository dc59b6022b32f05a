import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { expect, test } from 'vitest'
import {
  type ClientCertificateFiles,
  otherFiles,
} from '../../../sandbox/machines/tls/client-certificate-files.ts'
import type { TlsState, TlsVerdict } from '../../../sandbox/machines/tls/tls-points.ts'
import {
  authority,
  curl,
  edge,
  host,
  open,
  openEdge,
  outcome,
  reached,
  reply,
  sClient,
  seen,
  sees,
  whats,
  withCurl,
  withOpenssl,
} from './tls-edge-bench.ts'

const meet = (verdict: TlsVerdict) => edge.arm({ rules: [{ match: { serverName: host }, verdict }] })

/** Exit status of curl and its words. */
const verdicts: [TlsVerdict, number, RegExp][] = [
  [{ kind: 'alert', level: 'fatal', description: 'unrecognized_name' }, 35, /unrecognized name/],
  [{ kind: 'alert', level: 'fatal', description: 'access_denied' }, 35, /access denied/],
  [{ kind: 'alert', level: 'warning', description: 'unrecognized_name', ending: 'stall' }, 28, /timed out/],
  [{ kind: 'stall' }, 28, /timed out/],
  [{ kind: 'cut', how: 'end', at: 'hello' }, 35, /SSL_ERROR_SYSCALL/],
  [{ kind: 'cut', how: 'reset', at: 'hello' }, 35, /reset by peer/],
  [{ kind: 'cut', how: 'end', at: 'flight', flightBytes: 50 }, 35, /SSL_ERROR_SYSCALL/],
  [{ kind: 'cut', how: 'reset', at: 'flight', flightBytes: 500 }, 35, /reset by peer/],
  [{ kind: 'cut', how: 'end', at: 'secured' }, 52, /Empty reply/],
  [{ kind: 'answer', latin1: 'HTTP/1.1 400 Bad Request\r\n\r\n' }, 35, /wrong version number/],
  [
    { kind: 'answer', latin1: '220 mail.example.test ESMTP\r\n', ending: 'stall' },
    35,
    /wrong version number/,
  ],
  [{ kind: 'corrupt' }, 35, /bad record mac/],
]

withCurl.each(verdicts)(
  '%j reaches the client, for the name in the rule only',
  async (verdict, exit, words) => {
    await edge.arm({ rules: [{ match: { serverName: 'other.example.test' }, verdict }] })
    expect(await curl()).toEqual({ exit: 0, said: 'ok' })
    expect((await edge.evidence()).fired).toBe(0)
    await meet(verdict)
    seen.length = 0
    const saw = await curl()
    expect(saw).toMatchObject({ exit, said: expect.stringMatching(words) })
    await sees('end')
    // Of a server that says nothing at all the client takes leave; whatever else ended it, the server had a part in it.
    const failed = seen.find(({ what }) => what === 'failed')
    expect(failed?.isLeft).toBe(verdict.kind === 'stall' ? true : undefined)
    expect((await edge.evidence()).fired).toBe(1)
    expect(reached).toBe(1)
    await edge.heal()
    expect((await curl()).exit).toBe(0)
  },
)

test.each<[who: string, verdict: TlsVerdict, isLeft: true | undefined]>([
  ['this side ended', { kind: 'cut', how: 'end', at: 'hello' }, undefined],
  ['this side ended', { kind: 'cut', how: 'reset', at: 'flight', flightBytes: 500 }, undefined],
  ['this side refused', { kind: 'alert', level: 'fatal', description: 'internal_error' }, undefined],
  ['this side spoiled', { kind: 'answer', latin1: '220 mail.example.test ESMTP\r\n' }, undefined],
  ['the client left', { kind: 'stall' }, true],
  ['the client refused', { kind: 'corrupt' }, undefined],
])('%s the handshake: %j', async (_who, verdict, isLeft) => {
  await meet(verdict)
  const client = open()
  if (verdict.kind === 'stall') await sees('hello').then(() => client.destroy())
  await sees('failed')
  expect(seen.find(({ what }) => what === 'failed')?.isLeft).toBe(isLeft)
})

test('a reset right after the handshake is a reset', async () => {
  await meet({ kind: 'cut', how: 'reset', at: 'secured' })
  expect(await outcome(open())).toBe('ECONNRESET')
  expect(whats()).toContain('secured')
  expect(reached).toBe(0)
})

test('a slow handshake is slow and succeeds', async () => {
  await meet({ kind: 'slow', bytes: 50, everyMs: 10 })
  const socket = open()
  const startedMs = performance.now()
  await once(socket, 'secureConnect')
  // The flight is far more than ten portions of 50 bytes.
  expect(performance.now() - startedMs).toBeGreaterThan(90)
  expect(await outcome(socket)).toBe(reply)
})

withOpenssl('an end without close_notify is a bare FIN, and only when asked for', async () => {
  // s_client would close first if its own input ended: -ign_eof makes it wait for the server.
  const ending = async () => (await sClient(['-ign_eof'], 'GET / HTTP/1.1\r\n\r\n')).said
  expect(await ending()).not.toContain('unexpected eof')
  await meet({ kind: 'truncate' })
  const truncated = await ending()
  expect(truncated).toContain('200 OK')
  expect(truncated).toContain('unexpected eof')
})

const protocols: [TlsState, string[], number | number[], RegExp][] = [
  [{ kind: 'protocol', maxVersion: 'TLSv1.2' }, ['--tlsv1.3'], 35, /protocol version/],
  [{ kind: 'protocol', minVersion: 'TLSv1.3' }, ['--tls-max', '1.2'], 35, /protocol version/],
  [{ kind: 'protocol', maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA' }, [], 35, /handshake failure/],
  [{ kind: 'protocol', alpn: ['h3'] }, [], 35, /no application protocol/],
  [{ kind: 'client-certificate', tlsVersion: 'TLSv1.3' }, [], 56, /certificate required/],
  [{ kind: 'client-certificate', tlsVersion: 'TLSv1.2' }, [], 35, /handshake failure/],
  [{ kind: 'hang-up', how: 'end' }, [], 35, /SSL_ERROR_SYSCALL/],
]

withCurl.each(protocols)('%j refuses curl %j, in health it does not', async (state, args, exit, words) => {
  expect((await curl(...args)).exit).toBe(0)
  await edge.arm({ state })
  const ended = await curl(...args)
  // Several where the request races with the server, which closes without reading it: FIN or RST.
  expect([exit].flat()).toContain(ended.exit)
  expect(ended.said).toMatch(words)
  expect((await edge.evidence()).fired).toBe(1)
  expect(reached).toBe(1)
})

test('a server that speaks TLS 1.0 only ends in an alert', async () => {
  await edge.arm({ state: { kind: 'protocol', minVersion: 'TLSv1', maxVersion: 'TLSv1' } })
  expect(await outcome(open())).toMatch(/alert protocol version/)
})

// Both versions: TLS 1.2 refuses within the handshake, TLS 1.3 after it.
test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'over %s a client certificate counts when the run vouches for it, and no other',
  async (tlsVersion) => {
    const folder = await mkdtemp(join(tmpdir(), 'faultpath-clients-'))
    const right = await (await authority.clients).write(folder)
    const mutual = await openEdge({ clientCertificate: true, tlsVersion })
    const shown = async ({ certFile, keyFile }: ClientCertificateFiles) => {
      const identity = { cert: await readFile(certFile), key: await readFile(keyFile) }
      const place = { host: '127.0.0.1', port: mutual.port, servername: host, ca: authority.rootPem }
      return await outcome(connectTls({ ...place, ...identity }))
    }
    try {
      expect(await shown(right)).toBe(reply)
      expect(reached).toBe(1)
      expect(await shown(otherFiles(right, 'other-authority'))).not.toBe(reply)
      expect(await shown(otherFiles(right, 'expired'))).not.toBe(reply)
      expect(await outcome(open(mutual))).not.toBe(reply)
      expect(reached).toBe(1)
      expect((await stat(right.keyFile)).mode & 0o777).toBe(0o600)
    } finally {
      await mutual.close()
      await rm(folder, { recursive: true })
    }
  },
)
