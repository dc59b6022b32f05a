import { afterAll, beforeAll, expect, test } from 'vitest'
import { network } from '../../sandbox/03-network/index.ts'
import { tls } from '../../sandbox/04-tls/index.ts'
import type { Fault } from '../../sandbox/language/fault.ts'
import type { ClientName } from '../../sandbox/language/scenario.ts'
import type { Step } from '../../sandbox/language/steps.ts'
import type { ApiVerdict } from '../../sandbox/machines/api/process/api-points.ts'
import type { GatewayVerdict } from '../../sandbox/machines/gateway/gateway-points.ts'
import type { WireVerdict } from '../../sandbox/machines/wire/wire-points.ts'
import { runScenario } from '../../sandbox/run/run-scenario.ts'
import { World } from '../../sandbox/world/world.ts'
import { ownFault } from '../fixtures/own-fault.ts'

// Real clients try again by themselves, follow redirects or do not, and give up while the others are still at work:
// whichever calls, the same step broke.

const clients: readonly ClientName[] = ['fetch', 'https', 'curl', 'python', 'requests', 'chromium']
const once = { when: { times: 1 } } as const

const atGateway = (verdict: GatewayVerdict, step: Step, when = {}): Fault => ({
  ...ownFault({ point: 'gateway', rules: [{ match: {}, verdict, ...when }] }),
  step,
})
const behindTls = (verdict: WireVerdict): Fault => ({
  ...ownFault({ point: 'inner-wire', rules: [{ match: {}, verdict }] }),
  step: 'network',
})
const inApi = (verdict: ApiVerdict): Fault => ownFault({ point: 'api', rules: [{ match: {}, verdict }] })
const redirect = (location: string) => ({ status: 302, headers: { location } })

let world: World
beforeAll(async () => {
  world = await World.open({ kind: 'sealed', database: {}, onProgress: () => {} })
})
afterAll(() => world.close())

test.each<[string, Fault, number?]>([
  ['the first connection is reset', network.resetOnConnect({ at: 'hello', ...once })],
  ['the first connection is closed', network.closedOnConnect({ at: 'hello', ...once })],
  ['bytes of the first connection are changed', network.corruptBytes(once)],
  ['the first handshake is cut at the hello', tls.cutInHandshake({ at: 'hello', ...once })],
  ['the first handshake is cut in the answer', tls.cutInHandshake({ at: 'flight', how: 'end', ...once })],
  ['the first handshake ends in an alert', tls.alert(once)],
  ['the request is reset behind TLS', behindTls({ kind: 'reset', from: 'client', afterBytes: 10 })],
  ['the connection is reset behind TLS', behindTls({ kind: 'reset' })],
  ['the request is changed behind TLS', behindTls({ kind: 'corrupt', from: 'client', xor: 255 })],
  ['the request is late behind TLS', behindTls({ kind: 'delay', from: 'client', delayMs: 500 })],
  ['the request is lost behind TLS', behindTls({ kind: 'silence', from: 'client', afterBytes: 10 }), 800],
  [
    'the gateway redirects in place of the answer, in a loop',
    atGateway({ kind: 'alter', ...redirect('/healthz') }, 'response'),
  ],
  [
    'the gateway redirects once in place of the answer',
    atGateway({ kind: 'alter', ...redirect('/users') }, 'response', once),
  ],
  [
    'the gateway redirects to a host that there is not',
    atGateway({ kind: 'alter', ...redirect('https://nowhere.example.test/') }, 'response'),
  ],
  [
    'the gateway redirects and asks nobody',
    atGateway({ kind: 'respond', ...redirect('/healthz') }, 'server'),
  ],
  ['the API is busy for longer than the client waits', inApi({ kind: 'block', forMs: 1_100 }), 1_000],
  ['the API is busy, and all waits for it', inApi({ kind: 'block', forMs: 900 })],
])('%s', { timeout: 60_000 }, async (_what, fault, timeoutMs = 4_000) => {
  const { clients: reports, problems } = await runScenario(world, {
    id: 'x',
    file: 'x.ts',
    scenario: {
      title: '',
      break: fault,
      call: { timeoutMs },
      // What each client sees is the matter of the catalogue.
      expect: Object.fromEntries(clients.map((client) => [client, { status: 299 }])),
    },
  })
  expect(problems.filter((problem) => !/expected (status 299|an end)/.test(problem))).toEqual([])
  const called = reports.filter(({ skipped }) => skipped === undefined)
  expect(called.length).toBeGreaterThan(0)
  expect(called.map(({ client, diagnosis }) => [client, diagnosis?.broke, diagnosis?.orElse])).toEqual(
    called.map(({ client }) => [client, fault.step, undefined]),
  )
})
