import { afterAll, beforeAll, expect, test } from 'vitest'
import { dns } from '../../sandbox/02-dns/index.ts'
import { network } from '../../sandbox/03-network/index.ts'
import { tls } from '../../sandbox/04-tls/index.ts'
import { server } from '../../sandbox/05-server/index.ts'
import { backend } from '../../sandbox/06-backend/index.ts'
import { database } from '../../sandbox/07-database/index.ts'
import { response } from '../../sandbox/08-response/index.ts'
import { reply } from '../../sandbox/09-reply/index.ts'
import type { Fault } from '../../sandbox/language/fault.ts'
import { runScenario } from '../../sandbox/run/run-scenario.ts'
import { World } from '../../sandbox/world/world.ts'

// An order is the call in which most differs by nature: an id, a date, a stock that falls. Under every kind of fault
// that it can meet, each client's call is diagnosed as the step that broke, again and again.

const rounds = 3
const route = '/orders'

const faults: readonly Fault[] = [
  dns.nxdomain(),
  network.connectionRefused(),
  network.resetOnConnect({ at: 'request' }),
  network.latency({ delayMs: 300 }),
  tls.expired(),
  server.tooManyRequests(),
  backend.throws({ route }),
  backend.hang({ route }),
  backend.crash({ route }),
  backend.crash({ route, how: 'kill' }),
  backend.floatingRejection({ route }),
  backend.gracefulShutdown({ route, inFlight: 'finish' }),
  backend.gracefulShutdown({ route, inFlight: 'drop' }),
  backend.outOfMemory({ route }),
  database.adminKill({ table: 'products' }),
  database.backendCrash({ table: 'products' }),
  database.deadlock(),
  database.frozen(),
  database.frozen({ what: 'session', table: 'products' }),
  database.postmasterKilled(),
  database.shutDown({ mode: 'smart' }),
  database.shutDown({ mode: 'immediate' }),
  database.slowQuery({ table: 'products', sleepMs: 5_000 }),
  database.anySqlstate({ sqlstate: '23505', statement: 'orders.insert' }),
  database.anySqlstate({ sqlstate: '40001', statement: 'orders.commit' }),
  response.invalidJson(),
  response.contentLengthTooLong(),
  reply.cutBody({ how: 'end', afterBytes: 5 }),
  reply.cutBody({ how: 'reset', afterBytes: 5 }),
]

let world: World
beforeAll(async () => {
  world = await World.open({ database: {}, onProgress: () => {} })
})
afterAll(() => world.close())

test.each(faults.map((fault) => [fault.summary, fault] as const))(
  '%s',
  { timeout: 120_000 },
  async (_, fault) => {
    for (let round = 1; round <= rounds; round += 1) {
      const { clients, outcome, problems } = await runScenario(world, {
        id: 'order',
        file: 'order.ts',
        scenario: {
          title: 'an order',
          break: fault,
          call: {
            ...{ method: 'POST', path: route, timeoutMs: 2_500, body: { productId: 2, quantity: 1 } },
            // Ada's, until 2100.
            headers: {
              authorization:
                'Bearer 1.4102444800000.731abd4a34b629d5285d3e86411c34b9897000a45808450899ff5f90066cab06',
            },
          },
          // What each client sees is the matter of the catalogue.
          expect: { all: { status: 299 } },
        },
      })
      expect([outcome, problems.filter((problem) => !/expected (status 299|an end)/.test(problem))]).toEqual([
        'mismatch',
        [],
      ])
      const called = clients.filter(({ skipped }) => skipped === undefined)
      expect(called.length).toBeGreaterThan(0)
      expect(called.map(({ client, diagnosis }) => [client, diagnosis?.broke])).toEqual(
        called.map(({ client }) => [client, fault.step]),
      )
    }
  },
)
