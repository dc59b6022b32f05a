import { once } from 'node:events'
import { expect, test } from 'vitest'
import type { CertificateRecipe } from '../../../sandbox/machines/tls/authority.ts'
import type { TlsState } from '../../../sandbox/machines/tls/tls-points.ts'
import {
  authority,
  curl,
  edge,
  hasOpenssl,
  host,
  open,
  openEdge,
  outcome,
  reached,
  reply,
  seen,
  sees,
  serveWith,
  verifyCode,
  withCurl,
} from './tls-edge-bench.ts'

const certificate = (recipe: CertificateRecipe): TlsState => ({ kind: 'certificate', recipe })

/** The code of OpenSSL's verify(1), which curl and Python share, and what Node's client says. */
const certificates: [string, CertificateRecipe, number, string][] = [
  ['an expired leaf', { leaf: { notAfterDays: -1 } }, 10, 'CERT_HAS_EXPIRED'],
  ['an expired intermediate', { intermediate: { notAfterDays: -1 } }, 10, 'CERT_HAS_EXPIRED'],
  ['an expired root', { root: 'retired' }, 10, 'CERT_HAS_EXPIRED'],
  ['a leaf of the future', { leaf: { notBeforeDays: 2 } }, 9, 'CERT_NOT_YET_VALID'],
  ['another host', { leaf: { names: ['other.example.test'] } }, 62, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['a wildcard too wide', { leaf: { names: ['*.test'] } }, 62, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['an address only', { leaf: { names: [], ips: ['127.0.0.1'] } }, 62, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['no name at all', { leaf: { names: [], commonName: null } }, 62, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['a self-signed leaf', { leaf: { selfSigned: true } }, 18, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['an unknown root', { root: 'unknown' }, 20, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
  [
    'an unknown root that is sent',
    { root: 'unknown', send: ['leaf', 'intermediates', 'root'] },
    19,
    'SELF_SIGNED_CERT_IN_CHAIN',
  ],
  ['no intermediate', { send: ['leaf'] }, 20, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['SHA-1', { leaf: { hash: 'sha1' } }, 68, 'UNSPECIFIED'],
  ['SHA-1 above it', { intermediate: { hash: 'sha1' } }, 68, 'UNSPECIFIED'],
  ['RSA-1024', { leaf: { key: 'rsa1024' } }, 66, 'UNSPECIFIED'],
  ['RSA-1024 above it', { intermediate: { key: 'rsa1024' } }, 67, 'UNSPECIFIED'],
  ['an intermediate that is no CA', { intermediate: { ca: false } }, 79, 'INVALID_PURPOSE'],
  ['an intermediate that may not sign', { intermediate: { keyUsages: ['cRLSign'] } }, 79, 'UNSPECIFIED'],
  ['a path too long', { intermediates: 2, intermediate: { pathLength: 0 } }, 25, 'PATH_LENGTH_EXCEEDED'],
  ['a domain not permitted', { intermediate: { permittedNames: ['elsewhere.test'] } }, 47, 'UNSPECIFIED'],
  ['a domain excluded', { intermediate: { excludedNames: ['example.test'] } }, 48, 'UNSPECIFIED'],
  ['a certificate for clients', { leaf: { extendedKeyUsages: ['clientAuth'] } }, 26, 'INVALID_PURPOSE'],
  ['an unknown critical extension', { leaf: { unknownCriticalExtension: true } }, 34, 'UNSPECIFIED'],
  ['a bad signature', { leaf: { badSignature: true } }, 7, 'CERT_SIGNATURE_FAILURE'],
  ['120 intermediates', { intermediates: 120 }, 22, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
]

test.each(certificates)(
  'with %s the client refuses, before and after it does not',
  async (_, recipe, code, nodeCode) => {
    expect(await outcome(open())).toBe(reply)
    await edge.arm({ state: certificate(recipe) })
    expect((await edge.evidence()).fired).toBe(0)
    if (hasOpenssl) expect(await verifyCode()).toBe(code)
    const before = reached
    expect(await outcome(open())).toBe(nodeCode)
    expect(reached).toBe(before)
    const { fired, text } = await edge.evidence()
    expect(fired).toBe(hasOpenssl ? 2 : 1)
    expect(text).toContain('served a certificate')
    expect(seen.findLast(({ certificate }) => certificate)?.certificate).toEqual(
      (await authority.issue(recipe)).served,
    )
    await edge.heal()
    expect(await outcome(open())).toBe(reply)
  },
)

test('healthy chains of nine intermediates and of a common name only are accepted', async () => {
  for (const recipe of [
    { intermediates: 9 },
    { leaf: { names: [], commonName: host } },
    { leaf: { mustStaple: true } },
  ]) {
    await edge.arm({ state: certificate(recipe) })
    expect(await outcome(open())).toBe(reply)
  }
})

test('a server with another key than its certificate fails the handshake', async () => {
  const recipe = { leaf: { keyMismatch: true } }
  await edge.arm({ state: certificate(recipe) })
  expect(await outcome(open())).toMatch(/signature/)
  await sees('failed')
  expect(seen.findLast(({ certificate }) => certificate)?.certificate).toEqual(
    (await authority.issue(recipe)).served,
  )
  expect((await edge.evidence()).fired).toBe(1)
})

test('a certificate with ten thousand names is more than a client takes', async () => {
  await edge.arm({ state: certificate({ leaf: { furtherNames: 10_000 } }) })
  expect(await outcome(open())).toMatch(/excessive message size/)
})

withCurl('a certificate comes with proof of whether it was revoked, for clients that ask', async () => {
  expect(await curl('--cert-status')).toMatchObject({ exit: 0 })
  await edge.arm({ state: certificate({ leaf: { noStaple: true } }) })
  expect((await curl()).exit).toBe(0)
  expect(await curl('--cert-status')).toMatchObject({ exit: 91, said: expect.stringContaining('No OCSP') })
  await edge.arm({ state: certificate({ leaf: { revoked: true } }) })
  expect((await curl()).exit).toBe(0)
  expect(await curl('--cert-status')).toMatchObject({
    exit: 91,
    said: expect.stringContaining('reason: keyCompromise'),
  })
  expect((await edge.evidence()).fired).toBe(2)
})

test('an open connection goes on and never sees the new certificate', async () => {
  serveWith((socket) => socket.on('data', () => socket.write(reply)))
  const socket = open()
  const replies = async () => {
    socket.write('GET /users HTTP/1.1\r\n\r\n')
    return String((await once(socket, 'data'))[0])
  }
  expect(await replies()).toBe(reply)
  await edge.arm({
    state: { kind: 'certificate', recipe: { leaf: { notAfterDays: -1 } }, metBy: 'open-connections' },
  })
  expect((await edge.evidence()).fired).toBe(0)
  expect(await replies()).toBe(reply)
  expect((await edge.evidence()).fired).toBe(1)
  expect(await outcome(open())).toBe('CERT_HAS_EXPIRED')
  expect((await edge.evidence()).fired).toBe(1)
  socket.destroy()
})

test('a resumed session never sees the new certificate, and only an edge with tickets lets it resume', async () => {
  const state = {
    kind: 'certificate',
    recipe: { leaf: { notAfterDays: -1 } },
    metBy: 'resumed-sessions',
  } as const
  /** A call; what came of it, and the last session that the server gave. */
  const call = async (at: typeof edge, session?: Buffer) => {
    const socket = open(at, session)
    let given: Buffer | undefined
    socket.on('session', (next: Buffer) => {
      given = next
    })
    return { outcome: await outcome(socket), session: given }
  }
  const withTickets = await openEdge({ tickets: true })
  for (const [at, isResumed] of [
    [withTickets, true],
    [edge, false],
  ] as const) {
    const first = await call(at)
    expect(first).toMatchObject({ outcome: reply, session: expect.any(Buffer) })
    await at.arm({ state })
    const second = await call(at, first.session)
    expect(second.outcome).toBe(isResumed ? reply : 'CERT_HAS_EXPIRED')
    expect((await at.evidence()).fired).toBe(isResumed ? 1 : 0)
    const secured = seen.findLast(({ what }) => what === 'secured')
    expect(secured?.resumed).toBe(isResumed || undefined)
    expect(secured?.certificate === undefined).toBe(isResumed)
    expect((await call(at)).outcome).toBe('CERT_HAS_EXPIRED')
    expect((await at.evidence()).fired).toBe(isResumed ? 1 : 0)
  }
  await withTickets.close()
})
