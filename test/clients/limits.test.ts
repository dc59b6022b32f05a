import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tellingError } from '../../sandbox/clients/common/symptom.ts'
import { loadClient } from '../../sandbox/clients/index.ts'
import type { ResolvedCall } from '../../sandbox/machines/client/resolved-call.ts'
import { type PlainServer, plainServer } from '../support/plain-server.ts'

// The limits that a client has of its own, each by what it ends and what it lets pass: `/head/700` keeps its head back for
// so many ms, `/body/700` pauses so long in its body, `/body/for-ever` never goes on.

let server: PlainServer
beforeAll(async () => {
  server = await plainServer(async ({ url = '' }, response) => {
    const [, where, ms] = url.split('/')
    if (where === 'body') response.writeHead(200, { 'content-length': 5 }).write('[1')
    // A call that ended is not answered any more.
    if (ms === 'for-ever') return
    await setTimeout(Number(ms))
    response.end(where === 'body' ? ',2]' : '[1,2]')
  })
})
afterAll(() => server.close())

// undici looks at both twice a second: a limit of 1000 ends a call after 1.0 to 1.5 s. The bound is for a busy machine.
const tookMs = { least: 990, most: 4_000 }

test.concurrent.each<[what: string, path: string, call: Partial<ResolvedCall>, code: string]>([
  ['headersTimeoutMs', '/head/for-ever', { headersTimeoutMs: 1_000 }, 'UND_ERR_HEADERS_TIMEOUT'],
  ['bodyTimeoutMs', '/body/for-ever', { bodyTimeoutMs: 1_000 }, 'UND_ERR_BODY_TIMEOUT'],
])('%s ends a call of fetch', async (_what, path, call, code) => {
  const symptom = await server.symptom('fetch', path, call)
  expect([symptom.errors[0]?.name, tellingError(symptom)?.code]).toEqual(['TypeError', code])
  expect(symptom.tookMs).toBeGreaterThan(tookMs.least)
  expect(symptom.tookMs).toBeLessThan(tookMs.most)
})

test.concurrent.each<[what: string, path: string, call: Partial<ResolvedCall>]>([
  ['headersTimeoutMs lets a head pass that comes in time', '/head/100', { headersTimeoutMs: 2_000 }],
  ['bodyTimeoutMs lets a pause pass that is short enough', '/body/100', { bodyTimeoutMs: 2_000 }],
  // After 1.0 s at the latest either of them would end what it is of.
  ['headersTimeoutMs is not of the body', '/body/1500', { headersTimeoutMs: 500 }],
  ['bodyTimeoutMs is not of the head', '/head/1500', { bodyTimeoutMs: 500 }],
])('%s', async (_what, path, call) => {
  expect(await server.symptom('fetch', path, call)).toMatchObject({ kind: 'response', status: 200 })
})

test.concurrent('the connect limit of requests ends no wait for an answer, and that of the whole call does', async () => {
  if ((await loadClient('requests')).missing() !== undefined) return
  const call = { connectTimeoutMs: 300, timeoutMs: 1_200 }
  expect(await server.symptom('requests', '/head/700', call)).toMatchObject({ status: 200 })
  const late = await server.symptom('requests', '/head/for-ever', call)
  expect(late.errors[0]?.name).toBe('ReadTimeout')
  expect(late.tookMs).toBeGreaterThan(1_150)
})
