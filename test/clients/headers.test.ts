import { afterAll, beforeAll, expect, test } from 'vitest'
import { joinedHeaders } from '../../sandbox/clients/common/headers.ts'
import { loadClient } from '../../sandbox/clients/index.ts'
import { clientNames } from '../../sandbox/language/scenario.ts'
import { type PlainServer, plainServer } from '../support/plain-server.ts'

// Five libraries show the headers of one response in five ways. The server is a plain one of Node, which sends what no
// part of the sandbox does: a name twice, two cookies, and a refusal.

let server: PlainServer
beforeAll(async () => {
  server = await plainServer(({ url }, response) => {
    const cookies = ['Set-Cookie', 'a="1"', 'Set-Cookie', 'b=2']
    const head = ['Retry-After', '2', 'X-Both', 'one', 'x-both', 'two', ...cookies]
    if (url === '/cut') {
      response.writeHead(200, [...head, 'Content-Length', '99']).flushHeaders()
      response.write('{', () => response.destroy())
      return
    }
    response.writeHead(url === '/refused' ? 429 : 200, head).end('{\n}\n')
  })
})
afterAll(() => server.close())

const plain = clientNames.filter((name) => name !== 'chromium')
const seen = { 'retry-after': '2', 'x-both': 'one, two', 'set-cookie': 'a="1", b=2' }

test.each(plain)('%s shows the headers of an answer and of a refusal', async (name) => {
  const why = (await loadClient(name)).missing()
  if (why !== undefined) return
  expect(await server.symptom(name, '/healthz')).toMatchObject({ status: 200, headers: seen })
  const refused = await server.symptom(name, '/refused')
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
    const { headers, status } = await server.symptom(name, '/cut')
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
