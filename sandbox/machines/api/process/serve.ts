import type { Server } from 'node:http'
import { flushCompileCache } from 'node:module'
import type { AddressInfo } from 'node:net'
import { compileAddressPattern } from '../../../host/address-pattern.ts'
import { nowMs } from '../../../host/clock.ts'
import { library } from '../../../host/libraries/library.ts'
import { createApp } from './app.ts'
import { Faults } from './faults.ts'
import type { ToApi } from './messages.ts'
import { Database } from './pool.ts'
import { sendBatch, tellRunner } from './runner.ts'

/** Idle connections stay open longer than any scenario lasts, so that none is closed just as it is reused. */
const keepAliveTimeoutMs = 60_000

/** How often the event loop is looked at, and what a turn takes at least to be told. */
const turnEveryMs = 20
const busyMinMs = 100

/** A timer that comes late by so much was kept waiting by the code that ran meanwhile. */
function watchLoop(): void {
  let dueMs = nowMs() + turnEveryMs
  setInterval(() => {
    const atMs = nowMs()
    const busyMs = Math.round(atMs - dueMs)
    if (busyMs >= busyMinMs) void tellRunner({ kind: 'busy', atMs, busyMs })
    dueMs = nowMs() + turnEveryMs
  }, turnEveryMs).unref()
}

/** Serves the shop on `address:port` and does what the runner says, until the runner is gone. */
export function serve(address: string, port: number): void {
  compileAddressPattern()
  const database = new Database()
  const faults = new Faults(() => shutDown(server))
  process.on('message', (message: ToApi) => void obey(message, database, faults))
  watchLoop()

  // An ESM import of node:http reads its every export, which loads the built-in undici: 25 ms for nothing.
  const { createServer } = process.getBuiltinModule('node:http')
  const server = createServer({ keepAliveTimeout: keepAliveTimeoutMs }, createApp(database, faults))
  server.once('error', ({ code }: NodeJS.ErrnoException) => {
    void tellRunner({ kind: 'not-listening', code: code ?? 'unknown' }).then(() => process.exit(1))
  })
  server.listen(port, address, () => {
    void tellRunner({ kind: 'listening', port: (server.address() as AddressInfo).port })
    // Loaded now and not at the first query: meanwhile the database is still coming up.
    library('pg')
  })
  endKeptAlive(server)
  // Killed in the end, it would not write what it compiled; and what serves a request is compiled by the first one.
  server.once('request', (_request, response) => response.once('close', () => flushCompileCache()))
}

/** Stops listening, serves what is in flight, and ends: what an orchestrator waits for behind its SIGTERM. */
function shutDown(server: Server): void {
  void tellRunner({ kind: 'closing', atMs: nowMs() })
  server.close(() => void sendBatch().then(() => process.exit(0)))
}

/** A client that keeps its connection alive would keep the process, once it does not listen any more. */
function endKeptAlive(server: Server): void {
  server.on('request', (_request, response) => {
    response.once('close', () => {
      if (!server.listening) setImmediate(() => server.closeIdleConnections())
    })
  })
}

async function obey(message: ToApi, database: Database, faults: Faults): Promise<void> {
  switch (message.kind) {
    case 'database':
      return database.connectTo(message.target)
    case 'arm':
      faults.arm(message.door, message.rules)
      return tellRunner({ kind: 'done', id: message.id })
    case 'heal':
      faults.heal(message.door)
      return tellRunner({ kind: 'done', id: message.id })
    case 'flush':
      await sendBatch()
      return tellRunner({ kind: 'done', id: message.id })
    default:
      message satisfies never
  }
}
