import { once } from 'node:events'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { request } from '../../sandbox/01-request/index.ts'
import { dns } from '../../sandbox/02-dns/index.ts'
import { network } from '../../sandbox/03-network/index.ts'
import { tls } from '../../sandbox/04-tls/index.ts'
import type { Fault } from '../../sandbox/language/fault.ts'
import type { WireVerdict } from '../../sandbox/machines/wire/wire-points.ts'
import { shapeOf } from '../../sandbox/machines/wire/wire-shape.ts'
import { runScenario } from '../../sandbox/run/run-scenario.ts'
import { World } from '../../sandbox/world/world.ts'
import { edge, open, outcome, reply } from './tls/tls-edge-bench.ts'

// A fault that changes nothing proves nothing. Where its parameters alone say so, it is refused; where it depends on
// what happens, no machine may count it as fired.

test.each<[string, () => unknown, string]>([
  [
    'no latency',
    () => network.latency({ delayMs: 0 }),
    'delayMs: expected a whole number of milliseconds from 1 to',
  ],
  [
    'an end on time',
    () => network.slowClose({ delayMs: 0 }),
    'delayMs: expected a whole number of milliseconds from 1 to',
  ],
  [
    'pieces at once',
    () => network.slicer({ delayMs: 0 }),
    'delayMs: expected a whole number of milliseconds from 1 to',
  ],
  ['more than a handshake', () => tls.handshakeSlow({ bytes: 10_000 }), 'bytes: expected a whole number'],
  [
    'the right host',
    () => tls.wrongHost({ name: 'api.example.test' }),
    'tls.wrongHost(): name: expected a host name other than "api.example.test", saw "api.example.test"',
  ],
  [
    'the right name',
    () => request.wrongHostTypo({ host: 'api.example.test' }),
    'host: expected a host name other than "api.example.test"',
  ],
  ['the right port', () => request.badPort({ port: 443 }), 'from 1 to 65535 but 443, saw 443'],
  ['a door of ours', () => dns.wrongAddress({ address: '127.0.0.1' }), 'an address from 127.0.0.251 to'],
  ['the same', () => dns.ttlStale({ address: '127.0.0.1' }), 'an address from 127.0.0.251 to'],
])('%s is refused', (_what, define, message) => {
  expect(define).toThrow(message)
})

/** Whether a shape says that it acted on three bytes and the end of a direction. */
function acts(verdict: WireVerdict): boolean {
  let acted = false
  const shape = shapeOf(verdict, () => {
    acted = true
  })
  shape?.bytes(Buffer.from('abc'), 1_000)
  shape?.end(1_000)
  return acted
}

test.each<[WireVerdict, WireVerdict]>([
  [
    { kind: 'delay', delayMs: 0 },
    { kind: 'delay', delayMs: 1 },
  ],
  [
    { kind: 'throttle', bytesPerSecond: 1_000_000_000 },
    { kind: 'throttle', bytesPerSecond: 100 },
  ],
  [
    { kind: 'slice', bytes: 3, delayMs: 1 },
    { kind: 'slice', bytes: 2, delayMs: 1 },
  ],
  [
    { kind: 'forge', from: 'client', text: '' },
    { kind: 'forge', from: 'client', text: '', removeBytes: 1 },
  ],
  [
    { kind: 'delay-end', from: 'client', delayMs: 0 },
    { kind: 'delay-end', from: 'client', delayMs: 1 },
  ],
])('the wire counts %j as nothing, and %j as something', (nothing, something) => {
  expect(acts(nothing)).toBe(false)
  expect(acts(something)).toBe(true)
})

test('a handshake that is slower than slow by nothing did not fire', async () => {
  await edge.arm({ rules: [{ match: {}, verdict: { kind: 'slow', bytes: 10_000, everyMs: 100 } }] })
  expect(await outcome(open())).toBe(reply)
  expect(await edge.evidence()).toMatchObject({ fired: 0, text: 'no handshake was changed' })
})

test('a record that is not there cannot be corrupted', async () => {
  await edge.arm({ rules: [{ match: {}, verdict: { kind: 'corrupt' } }] })
  const raw = connect(edge.port, '127.0.0.1')
  const old = connectTls({ socket: raw, maxVersion: 'TLSv1.2', rejectUnauthorized: false })
  await once(old, 'secureConnect')
  expect((await edge.evidence()).fired).toBe(0)
  old.destroy()
})

test('a certificate that a handshake never came to did not fire, and one that was shown did', async () => {
  await edge.arm({ state: { kind: 'certificate', recipe: { leaf: { notAfterDays: -1 } } } })
  const other = connectTls({ port: edge.port, host: '127.0.0.1', ALPNProtocols: ['h2'] })
  expect(await once(other, 'error')).toMatchObject([{ code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL' }])
  expect((await edge.evidence()).fired).toBe(0)
  expect(await outcome(open())).toBe('CERT_HAS_EXPIRED')
  expect((await edge.evidence()).fired).toBe(1)
  await edge.heal()
  expect(await outcome(open())).toBe(reply)
  expect((await edge.evidence()).fired).toBe(1)
})

test('a cut beyond the flight did not fire', async () => {
  const verdict = { kind: 'cut', how: 'end', at: 'flight', flightBytes: 1_000_000 } as const
  await edge.arm({ rules: [{ match: {}, verdict }] })
  expect(await outcome(open())).toBe(reply)
  expect((await edge.evidence()).fired).toBe(0)
})

let world: World
beforeAll(async () => {
  world = await World.open({ kind: 'portable', database: {}, onProgress: () => {} })
})
afterAll(() => world.close())

/** A fault of the gateway that says what the API says anyway. */
const unaltered: Fault = {
  ...dns.nxdomain(),
  plan: {
    point: 'gateway',
    rules: [{ match: {}, verdict: { kind: 'alter', headers: { 'x-never-there': null } } }],
  },
}
const undelayed: Fault = {
  ...dns.nxdomain(),
  plan: { point: 'gateway', rules: [{ match: {}, verdict: { kind: 'delay', delayMs: 0 } }] },
}

test.each<[string, Fault]>([
  ['an answer for the name itself', dns.answerForOtherName({ owner: 'api.example.test' })],
  ['a cut behind the end of the answer', dns.shortPacket({ bytes: 511 })],
  ['the right question', dns.wrongQuestion({ question: 'api.example.test' })],
  ['credentials that were never there', request.missingCredentials()],
  ['a gateway that alters nothing', unaltered],
  ['a gateway that delays by nothing', undelayed],
])('a run with %s is invalid: it never fired', async (_what, fault) => {
  const scenario = { title: '', break: fault, expect: { https: { status: 200 } } }
  const { outcome, problems } = await runScenario(world, { id: 'nothing', file: 'nothing.ts', scenario })
  expect([outcome, ...problems].join()).toMatch(
    /^invalid,scenario nothing: the fault never fired for https: /,
  )
})
