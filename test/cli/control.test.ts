import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { constants, readdirSync, statSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { canSeal } from '../support/can-seal.ts'
import { descendants, npmRun, type Running, until } from '../support/command.ts'
import { runFolder, runnerOf } from '../support/run-folder.ts'
import { listenersOf } from '../support/sockets.ts'

// A sandbox that stays is spoken to whatever befell it: what it cannot do is said with its own words, and what is gone
// already counts as healed.

const hasNft = spawnSync('nft', ['--version']).status === 0

let sandbox: Running
let address: string
let runner: number
let socket: string

beforeAll(async () => {
  sandbox = npmRun(['sandbox'])
  const up = /sandbox (\S+) is up and healthy/
  address = await until('the sandbox to be up', () => up.exec(sandbox.output())?.[1])
  const folder = await runFolder(sandbox)
  runner = runnerOf(folder)
  socket = join(folder, readdirSync(folder).find((name) => name.endsWith('.sock'))!)
})

afterAll(async () => {
  process.kill(runner, 'SIGINT')
  await sandbox.done
})

const speak = (...words: string[]) => npmRun(['sandbox', '--', ...words, `--sandbox=${address}`]).done
const inside = (...words: string[]) =>
  npmRun(['sandbox', 'exec', '--', `--sandbox=${address}`, ...words]).done

/** What is said to a request that never arrived as a whole. */
let givenUp: string | undefined

test('a request that never arrives as a whole holds up no other', async () => {
  const half = connect(socket)
  await once(half, 'connect')
  half.write('POST /arm HTTP/1.1\r\nHost: sandbox\r\nContent-Length: 100\r\n\r\n{"id":')
  void text(half).then((answer) => {
    givenUp = answer
  })
  expect(await speak('status')).toMatchObject({ code: 0, stdout: expect.stringMatching(/: healthy, /) })
  expect(givenUp).toBeUndefined()
})

test.skipIf(process.platform !== 'linux')(
  'a runner that stands still is said to, and answers when it goes on',
  async () => {
    process.kill(runner, 'SIGSTOP')
    try {
      for (const verb of ['status', 'heal'])
        expect(await speak(verb)).toEqual({
          code: 3,
          stderr: `sandbox ${address} (pid ${runner}): expected it to run, saw its process stopped (SIGSTOP). Let it go on: kill -CONT ${runner}\n`,
          stdout: '',
        })
    } finally {
      process.kill(runner, 'SIGCONT')
    }
    expect(await speak('status')).toMatchObject({ code: 0 })
  },
)

test.skipIf(!canSeal || !hasNft)(
  'rules of the packet filter that were removed from inside are healed (skipped without user namespaces or nft)',
  async () => {
    for (const fault of ['network.packetLoss', 'network.synDrop']) {
      expect(await speak('break', fault)).toMatchObject({ code: 0 })
      expect(await inside('nft', 'flush', 'ruleset')).toMatchObject({ code: 0 })
      expect(await speak('status')).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(
          new RegExp(
            `broken by ${fault}\\n(.*\\n)* {2}not fired yet: it cannot be counted: the kernel's rules are gone`,
          ),
        ),
      })
      expect(await speak('heal')).toMatchObject({ code: 0, stdout: expect.stringContaining(' is healed\n') })
      expect((await inside('curl', '-sm5', 'https://api.example.test/users')).stdout).toContain('"users"')
    }
    // It acts again, and is counted again.
    await speak('break', 'network.packetLoss', 'every=2', 'direction=both')
    await inside('curl', '-sm5', 'https://api.example.test/users')
    expect((await speak('status')).stdout).toMatch(
      /fired \d+ times: \d+ packets were turned away, [1-9]\d* of [1-9]\d* sent did not arrive \(nft\)/,
    )
    expect(await speak('heal')).toMatchObject({ code: 0 })
    expect((await inside('nft', 'list', 'tables')).stdout).toBe('table inet faultpath_watch\n')
  },
)

test('a request that never arrives as a whole is given up', async () => {
  expect(await until('an answer', () => givenUp)).toMatch(/^HTTP\/1\.1 408 /)
})

// What a page in a browser can send: HTTP to ports of the loopback, with its own origin, and by DNS rebinding with its
// own name as the host.
const fromPage = { origin: 'https://page.test', host: 'page.test' }

function send(
  to: { host: string; port: number },
  method: string,
  path: string,
  body = '',
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { ...fromPage, 'content-type': 'text/plain' }
    const sent = request({ ...to, method, path, headers, agent: false, timeout: 2_000 }, resolve)
    sent.on('timeout', () => sent.destroy()).on('error', reject)
    sent.end(method === 'POST' ? body : undefined)
  })
}

test.skipIf(process.platform !== 'linux')('a page in a browser meets no port that takes orders', async () => {
  expect(statSync(socket)).toMatchObject({ mode: constants.S_IFSOCK | 0o600 })
  const ports = [runner, ...descendants(runner)].flatMap(listenersOf)
  // Those of the DNS server, wires, TLS edge, gateway, API and statement link that the host has.
  expect(ports.length).toBeGreaterThanOrEqual(6)
  expect(ports.filter(({ host }) => !host.startsWith('127.'))).toEqual([])
  const answers: (readonly [string, number])[] = []
  for (const port of ports)
    for (const [method, path] of [
      ['POST', '/arm'],
      ['POST', '/heal'],
      ['GET', '/status'],
      ['GET', '/users'],
      ['POST', '/orders'],
    ] as const) {
      const answer = await send(port, method, path, '{"id":"dns.nxdomain","productId":1}').catch(
        () => undefined,
      )
      answer?.resume()
      expect(answer?.headers['access-control-allow-origin']).toBeUndefined()
      if (answer?.statusCode !== undefined) answers.push([`${method} ${path}`, answer.statusCode])
    }
  // The shop is all that answers, and takes no order in a form that needs no leave.
  const statuses = (route: string) => [
    ...new Set(answers.filter(([each]) => each === route).map(([, status]) => status)),
  ]
  expect(['POST /arm', 'POST /heal', 'GET /status'].flatMap(statuses)).toEqual([404, 404, 404])
  expect(statuses('POST /orders')).toEqual([415])
  expect(statuses('GET /users')).toEqual([200])
  expect(await speak('status')).toMatchObject({ code: 0, stdout: expect.stringMatching(/: healthy, /) })
})
