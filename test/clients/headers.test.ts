import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { joinedHeaders } from '../../sandbox/clients/common/headers.ts'
import type { Symptom } from '../../sandbox/clients/common/symptom.ts'
import { loadClient } from '../../sandbox/clients/index.ts'
import type { Place } from '../../sandbox/host/place.ts'
import { clientNames } from '../../sandbox/language/scenario.ts'
import { Authority } from '../../sandbox/machines/tls/authority.ts'
import type { Seat } from '../../sandbox/world/seat.ts'

// Five libraries show the headers of one response in five ways. The server is a plain one of Node, which sends what no
// part of the sandbox does: a name twice, two cookies, and a refusal.

const folder = mkdtempSync(join(tmpdir(), 'faultpath-headers-'))
const authorityFile = join(folder, 'root.pem')
let server: Server
beforeAll(async () => {
  const authority = new Authority('localhost')
  writeFileSync(authorityFile, authority.rootPem)
  const { certPem, keyPem } = await authority.issue({ leaf: { names: ['localhost'] } })
  server = createServer({ cert: certPem, key: keyPem }, ({ url }, response) => {
    const cookies = ['Set-Cookie', 'a="1"', 'Set-Cookie', 'b=2']
    const head = ['Retry-After', '2', 'X-Both', 'one', 'x-both', 'two', ...cookies]
    if (url === '/cut') {
      response.writeHead(200, [...head, 'Content-Length', '99']).flushHeaders()
      response.write('{', () => response.destroy())
      return
    }
    response.writeHead(url === '/refused' ? 429 : 200, head).end('{\n}\n')
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

const place = {
  world: 'sealed',
  authorityFile,
  compileCache: join(folder, 'cache'),
  spawn: (command, args, { environment, stdio = 'pipe' }) =>
    spawn(command, args, { env: { PATH: process.env['PATH'], ...environment }, stdio, detached: true }),
} as Pick<Place, 'world' | 'authorityFile' | 'compileCache' | 'spawn'>

async function symptomOf(name: (typeof clientNames)[number], path: string): Promise<Symptom> {
  const client = await loadClient(name)
  const ready = client.prepare({ place } as unknown as Seat)
  try {
    await ready.started
    const url = `https://localhost:${(server.address() as AddressInfo).port}${path}`
    const call = { method: 'GET', path, url, headers: {}, timeoutMs: 5_000, connection: 'cold' } as const
    return await ready.call(call, () => {})
  } finally {
    await ready.close()
  }
}

const plain = clientNames.filter((name) => name !== 'chromium')
const seen = { 'retry-after': '2', 'x-both': 'one, two', 'set-cookie': 'a="1", b=2' }

test.each(plain)('%s shows the headers of an answer and of a refusal', async (name) => {
  const why = (await loadClient(name)).missing()
  if (why !== undefined) return
  expect(await symptomOf(name, '/healthz')).toMatchObject({ status: 200, headers: seen })
  const refused = await symptomOf(name, '/refused')
  expect(refused).toMatchObject({ status: 429, headers: seen })
  expect(refused.headers).not.toHaveProperty('x-none')
})

/** To `requests` before urllib3 2 a body that broke off is a short one, and no error. */
const keepsHead = ['curl', 'requests']

test.each(plain)(
  '%s shows headers of a body that broke off where it shows the status, and only there',
  async (name) => {
    const why = (await loadClient(name)).missing()
    if (why !== undefined) return
    const { headers, status } = await symptomOf(name, '/cut')
    expect([status, headers?.['retry-after']]).toEqual(
      keepsHead.includes(name) ? [200, '2'] : [undefined, undefined],
    )
  },
)

test('names of several cases are one name, and no name is special', () => {
  const headers = joinedHeaders([
    ['X-A', '1'],
    ['x-a', ['2', '3']],
    ['__proto__', 'p'],
    ['gone', undefined],
  ])
  expect(Object.entries(headers)).toEqual([
    ['x-a', '1, 2, 3'],
    ['__proto__', 'p'],
  ])
})
