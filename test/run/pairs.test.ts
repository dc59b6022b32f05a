import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import http, { createServer } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import type { Symptom } from '../../sandbox/clients/common/symptom.ts'
import { nowMs } from '../../sandbox/host/clock.ts'
import { LoopbackGround } from '../../sandbox/host/ground/loopback-ground.ts'
import { Gateway } from '../../sandbox/machines/gateway/gateway.ts'
import type { Observation, TraceEvent } from '../../sandbox/machines/shared/trace.ts'
import { Authority } from '../../sandbox/machines/tls/authority.ts'
import { TlsEdge } from '../../sandbox/machines/tls/tls-edge.ts'
import { Wire } from '../../sandbox/machines/wire/wire.ts'
import { type Diagnosis, diagnose } from '../../sandbox/run/diagnosis/diagnosis.ts'
import type { ObservedCall } from '../../sandbox/run/diagnosis/observed-call.ts'
import { pairs } from '../../sandbox/run/diagnosis/pairs.ts'
import { misdiagnoses } from '../../sandbox/run/mismatch.ts'
import { failed, ok, wire } from './diagnosis-bench.ts'

// Where two steps are broken for real, each in turn, and every machine sees the same, the diagnosis names both. Each
// experiment is that of one pair, and shows as well what would tell them apart.

const ground = new LoopbackGround()
const address = '127.0.0.1'
const limitMs = 400

const closers: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})
const onBug = (error: Error) => {
  throw error
}

/** What the machines of one experiment see, call by call. */
class Bench {
  events: TraceEvent[] = []
  readonly see = (observation: Observation, atMs = nowMs()): void => {
    this.events.push({ ...observation, atMs, door: 'd' })
  }

  /** What was observed of one call, which has quietened when `make` resolves. */
  async call(make: () => Promise<Symptom>): Promise<ObservedCall> {
    this.events = []
    const startedMs = nowMs()
    const symptom = await make()
    return {
      startedMs,
      symptom,
      limitsMs: [limitMs],
      events: this.events.toSorted((a, b) => a.atMs - b.atMs),
    }
  }
}

/** The observations without what differs by nature: times, numbers of connections and requests. */
const sights = ({ events }: ObservedCall) =>
  events.map(({ atMs, door, ...seen }) =>
    JSON.stringify({
      ...seen,
      request: 0,
      connection: 0,
      ...('crc32' in seen && { crc32: 0 }),
    }),
  )

const namesBoth = (...steps: readonly [string, string]) =>
  expect.toSatisfy(
    ({ broke, orElse }: Diagnosis) => [broke, orElse].sort().join() === [...steps].sort().join(),
  )
const namesOne = (broke: string) =>
  expect.toSatisfy((diagnosis: Diagnosis) => diagnosis.broke === broke && diagnosis.orElse === undefined)

/** With one observation more. */
const telling = (call: ObservedCall, ...more: readonly Observation[]): ObservedCall => ({
  ...call,
  events: [...call.events, ...more.map((seen) => ({ ...seen, atMs: call.events.at(-1)!.atMs, door: 'd' }))],
})

/** GET of the gateway over a connection of its own, as a client with a limit makes it. */
async function get(port: number): Promise<Symptom> {
  try {
    const signal = AbortSignal.timeout(limitMs)
    const request = http.get({ host: address, port, path: '/thing', agent: false, signal })
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    await once(response.resume(), 'end')
    return { ...ok, status: response.statusCode ?? 0 }
  } catch (error) {
    const { name, message } = error as Error
    return { kind: 'error', errors: [{ name, message }], tookMs: limitMs }
  }
}

/** A gateway behind a wire, and what makes a call of it, until nothing of it is under way. */
async function openGateway(bench: Bench, api: () => number): Promise<() => Promise<ObservedCall>> {
  const upstream = () => ({ host: address, port: api() })
  const gateway = await Gateway.open({
    ground,
    address,
    port: 0,
    door: 'd',
    upstream,
    observe: bench.see,
    onBug,
  })
  const wire = await Wire.open({
    ...{ name: 'inner', ground, address, port: 0, tap: gateway.replies, observe: bench.see, onBug },
    upstream: () => ({ host: address, port: gateway.port }),
  })
  closers.push(
    () => gateway.close(),
    () => wire.close(),
  )
  return () =>
    bench.call(async () => {
      const symptom = await get(wire.port)
      await wire.quiet(1_000)
      return symptom
    })
}

/** A person's own API, which says what it takes. */
const ownApi = `
  const server = require('node:http').createServer((request, response) => {
    process.send({ request: request.headers['x-request-id'] })
    response.end('{}')
  })
  process.on('message', () => server.close(() => process.send('left')).closeAllConnections())
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
`

test.skipIf(process.platform !== 'linux')(
  'a request that is not taken: by a stopped process, or at a port that does not answer',
  async () => {
    const bench = new Bench()
    const api: ChildProcess = spawn(process.execPath, ['-e', ownApi], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    closers.push(() => api.kill('SIGKILL'))
    const [{ port: apiPort }] = (await once(api, 'message')) as [{ port: number }]
    api.on('message', ({ request }: { request?: string }) => {
      if (request !== undefined)
        bench.see({ machine: 'api', what: 'request', request, method: 'GET', path: '/thing' })
    })
    const call = await openGateway(bench, () => apiPort)
    const healthy = await call()
    expect(healthy.events.some(({ machine }) => machine === 'api')).toBe(true)

    api.kill('SIGSTOP')
    const stopped = await call()
    const left = new Promise<void>((resolve) => {
      api.on('message', (said) => said === 'left' && resolve())
    })
    api.kill('SIGCONT')
    api.send('leave')
    await left
    const backlog = await ground.fillBacklog(address, apiPort, () => {})
    closers.push(() => backlog.release())
    const unanswered = await call()

    expect(sights(unanswered)).toEqual(sights(stopped))
    for (const call of [stopped, unanswered]) {
      expect(diagnose([healthy], call)).toEqual(namesBoth('server', 'backend'))
    }
    const state = (what: 'stopped' | 'awake'): Observation => ({ machine: 'process', what })
    expect(diagnose([healthy], telling(stopped, state('stopped')))).toEqual(namesOne('backend'))
    expect(diagnose([healthy], telling(unanswered, state('awake')))).toEqual(namesOne('server'))
  },
)

test('another reply: decided so, or spoilt on its way out', async () => {
  const bench = new Bench()
  let stock = 3
  let written = (body: string) => body
  let request = ''
  let decision = ''
  const api = createServer((asked, response) => {
    request = String(asked.headers['x-request-id'])
    bench.see({ machine: 'api', what: 'request', request, method: 'GET', path: '/thing' })
    decision = JSON.stringify({ stock })
    response.setHeader('content-type', 'text/plain').end(written(decision))
  })
  api.listen(0, address)
  await once(api, 'listening')
  closers.push(
    () => api.closeAllConnections(),
    () => api.close(),
  )
  const call = await openGateway(bench, () => (api.address() as AddressInfo).port)
  const { digestOf } = await import('../../sandbox/machines/gateway/reply-reader.ts')
  /** As an API that tells of its decision would. */
  const decided = (): Observation => ({
    ...{ machine: 'api', what: 'decided', request, status: 200 },
    ...{ digest: digestOf(decision), value: decision },
  })
  const healthy = await call()
  const healthyTold = telling(healthy, decided())

  stock = 0
  const wrong = await call()
  const wrongTold = telling(wrong, decided())
  stock = 3
  written = (body) => body.replace('3', '0')
  const spoilt = await call()
  const spoiltTold = telling(spoilt, decided())

  expect(sights(spoilt)).toEqual(sights(wrong))
  for (const call of [wrong, spoilt])
    expect(diagnose([healthy], call)).toEqual(namesBoth('backend', 'response'))
  expect(diagnose([healthyTold], wrongTold)).toEqual(namesOne('backend'))
  expect(diagnose([healthyTold], spoiltTold)).toEqual(namesOne('response'))
})

test('a client that leaves in the handshake: its app gave up, or it refuses the certificate', async () => {
  const bench = new Bench()
  const host = 'api.example.test'
  const authority = new Authority(host)
  const server = http.createServer((_request, response) => response.end('{}'))
  server.listen(0, address)
  await once(server, 'listening')
  closers.push(
    () => server.closeAllConnections(),
    () => server.close(),
  )
  const behind = { ground, address, port: 0, observe: bench.see, onBug }
  const inner = await Wire.open({
    ...{ ...behind, name: 'inner' },
    upstream: () => ({ host: address, port: (server.address() as AddressInfo).port }),
  })
  const edge = await TlsEdge.open({
    ...behind,
    authority,
    upstream: () => ({ host: address, port: inner.port }),
  })
  const front = await Wire.open({
    ...{ ...behind, name: 'front' },
    upstream: () => ({ host: address, port: edge.port }),
  })
  closers.push(
    () => inner.close(),
    () => edge.close(),
    () => front.close(),
  )
  const to = { host: address, port: front.port, servername: host, ca: authority.rootPem }
  const call = (make: () => Promise<Symptom>) =>
    bench.call(async () => {
      const symptom = await make()
      for (const wire of [front, inner]) await wire.quiet(300)
      return symptom
    })

  const healthy = await call(async () => {
    const request = https.get({ ...to, headers: { host }, agent: false })
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    await once(response.resume(), 'close')
    return ok
  })
  /** Node looks at the certificate when the handshake is over. */
  const refusing = await call(async () => {
    const socket = connectTls({ ...to, checkServerIdentity: () => new Error('ERR_TLS_CERT_ALTNAME_INVALID') })
    await once(socket, 'error')
    return failed
  })
  const givingUp = await call(async () => {
    const app = new AbortController()
    const request = https.get({ ...to, headers: { host }, agent: false, signal: app.signal })
    request.once('socket', (socket) => socket.prependOnceListener('secureConnect', () => app.abort()))
    await once(request, 'error')
    return failed
  })

  const alike = (each: ObservedCall) => sights(each).filter((seen) => !seen.includes('"bytes"'))
  expect(alike(givingUp)).toEqual(alike(refusing))
  for (const call of [refusing, givingUp])
    expect(diagnose([healthy], call)).toEqual(namesBoth('request', 'tls'))
  // It is no leave of the client's own where it ran out of time, where an alert passed, or where its request is on its way.
  const outOfTime = { ...refusing, symptom: { ...failed, tookMs: limitMs } }
  const rejected = {
    ...refusing,
    events: refusing.events.map((seen) => {
      if (seen.machine !== 'tls' || seen.what !== 'failed') return seen
      const { isLeft: _, ...rest } = seen
      return rest
    }),
  }
  const speaking = telling(givingUp, wire('inner', 1, 'accepted'))
  for (const call of [outOfTime, rejected, speaking])
    expect(diagnose([healthy], call)).toEqual(namesOne('tls'))
  const saying = (detail: string): Observation => ({ machine: 'client', what: 'failed', detail })
  expect(diagnose([healthy], telling(refusing, saying('ERR_TLS_CERT_ALTNAME_INVALID')))).toEqual(
    namesOne('tls'),
  )
  expect(diagnose([healthy], telling(givingUp, saying('ABORT_ERR')))).toEqual(namesOne('request'))
})

test('there are ten pairs at most, of two steps each, each with its experiment above', async () => {
  expect(pairs.length).toBeLessThanOrEqual(10)
  const { readFileSync } = await import('node:fs')
  const here = readFileSync(new URL(import.meta.url), 'utf8')
  for (const { experiment, steps } of pairs) {
    expect(here).toContain(`'${experiment}'`)
    expect(new Set(steps).size).toBe(2)
  }
})

test('a diagnosis of a pair is right by either of its steps, and by no other', () => {
  const marks = {} as Diagnosis['marks']
  const diagnosis: Diagnosis = {
    broke: 'server',
    orElse: 'backend',
    noticed: 'app',
    because: 'it is so',
    marks,
  }
  const report = { client: 'fetch', symptom: failed, diagnosis } as const
  expect(misdiagnoses('x', 'server', report)).toEqual([])
  expect(misdiagnoses('x', 'backend', report)).toEqual([])
  expect(misdiagnoses('x', 'database', report)).toEqual([
    'scenario x: fetch: expected a diagnosis of 07 database, where the fault is, saw 05 server or 06 backend: it is so',
  ])
  expect(misdiagnoses('x', 'server', { ...report, promise: 'unaffected' })).toHaveLength(1)
})
