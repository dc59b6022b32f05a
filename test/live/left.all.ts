import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { canSeal } from '../support/can-seal.ts'
import { differences, type Holdings, holdingsOf, settledHoldings } from '../support/holdings.ts'
import { LiveSandbox } from '../support/live-sandbox.ts'
import { listenersOf } from '../support/sockets.ts'

// A client that goes away in the middle of a request takes all of it along, at every machine: not a minute later, when
// some time limit passes.

const goneWithinMs = 2_000
const clients = 50

let sandbox: LiveSandbox
let before: Holdings

beforeAll(async () => {
  if (!canSeal) return
  sandbox = await LiveSandbox.open()
  expect(await sandbox.call()).toBe('200')
  before = await settledHoldings(sandbox)
})
afterAll(() => sandbox?.close())

/** Leaves so many times by so many connections: `close` ends each way at once, `reset` with a RST. */
const leaver = `
const [where, text, how, clients] = JSON.parse(process.argv[1])
const tls = require('node:tls'), net = require('node:net')
const one = () => new Promise((resolve) => {
  const { secure, ...address } = where
  const socket = secure
    ? tls.connect({ ...address, servername: 'api.example.test', rejectUnauthorized: false })
    : net.connect(address)
  socket.once(secure ? 'secureConnect' : 'connect', () => {
    const leave = () => setTimeout(() => how === 'reset' ? socket.resetAndDestroy() : socket.destroy(), 100)
    text === '' ? leave() : socket.write(Buffer.from(text, 'latin1'), leave)
  })
  socket.on('error', () => {}).once('close', resolve)
})
Promise.all(Array.from({ length: clients }, one)).then(() => console.log('left'))
`

const half =
  'POST /login HTTP/1.1\r\nHost: api.example.test\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{'
const hello = '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'
const startup = '\x00\x00\x00\x50\x00\x03\x00\x00user\x00'

const edge = { host: '127.0.0.1', port: 443 }
const plain = { host: '127.0.0.1', port: 80 }
const places: readonly (readonly [string, object | 'statements' | 'control', string])[] = [
  ['wire, before a word', edge, ''],
  ['TLS edge, within a ClientHello', edge, hello],
  ['gateway, within a head', plain, half.slice(0, 40)],
  ['gateway, within a body', plain, half],
  ['gateway, within a body behind TLS', { ...edge, secure: true }, half],
  ['DNS server, within a message over TCP', { host: '127.0.0.1', port: 53 }, '\x00\x40\x12\x34'],
  ['wire to Postgres, within a start-up message', { host: '127.0.0.1', port: 5432 }, startup],
  ['statement link, before a word', 'statements', ''],
  ['statement link, within a start-up message', 'statements', startup],
  [
    'control socket, within a request',
    'control',
    'POST /arm HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{',
  ],
]
const leaves = places.flatMap((place) => (['close', 'reset'] as const).map((how) => [...place, how] as const))

test.skipIf(!canSeal).each(leaves)('%s: a client that leaves is gone', async (_place, where, text, how) => {
  const path = () => join(sandbox.folder, readdirSync(sandbox.folder).find((name) => name.endsWith('.sock'))!)
  const words = (to: object) => JSON.stringify([to, text, how, clients])
  if (where === 'control') await sandbox.outside(process.execPath, '-e', leaver, words({ path: path() }))
  else if (where === 'statements')
    for (const address of listenersOf(sandbox.runner))
      await sandbox.outside(process.execPath, '-e', leaver, words(address))
  else await sandbox.type(process.execPath, '-e', leaver, words(where as object))
  const deadline = performance.now() + goneWithinMs
  let left = differences(before, await holdingsOf(sandbox))
  while (left.length > 0 && performance.now() < deadline)
    left = differences(before, await holdingsOf(sandbox))
  expect(left).toEqual([])
})
