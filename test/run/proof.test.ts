import { expect, test } from 'vitest'
import { dns } from '../../sandbox/02-dns/index.ts'
import { network } from '../../sandbox/03-network/index.ts'
import { database } from '../../sandbox/07-database/index.ts'
import type { Evidence } from '../../sandbox/machines/shared/breakable.ts'
import type { TraceEvent } from '../../sandbox/machines/shared/trace.ts'
import type { Plan } from '../../sandbox/machines/table.ts'
import type { ClientRun } from '../../sandbox/run/client-run.ts'
import { firedFor } from '../../sandbox/run/proof.ts'

// An average would call a fault proved for a client that never met it, and so would our own probe.

const client = (
  door: string,
  events: readonly object[],
  symptom: object = { kind: 'response', tookMs: 20 },
) =>
  ({
    seat: { id: door },
    broken: [{ events: events as TraceEvent[], symptom, startedMs: 0 }],
  }) as unknown as ClientRun

const countFor = (run: ClientRun, plan: Plan, evidence: Evidence, clients: number) =>
  firedFor(run, plan, evidence, clients).count

const attempt = { machine: 'gateway', what: 'request', request: 'fetch-1.1', atMs: 0, door: 'fetch-1' }

const slowTable = database.slowQuery().plan
const stopped: Plan = { point: 'api', state: { kind: 'stopped' } }

test('hits of one client prove nothing for another that called beside it', () => {
  const hits = new Map([['fetch-1', 4]])
  const evidence = { fired: 4, text: '', ofDoor: (door: string) => hits.get(door) ?? 0 }
  expect(countFor(client('fetch-1', []), slowTable, evidence, 2)).toBe(4)
  expect(countFor(client('curl-2', []), slowTable, evidence, 2)).toBe(0)
})

test('where the machine cannot tell whose hits they were, a client that never came so far has none', () => {
  const evidence = { fired: 4, text: '' }
  expect(countFor(client('fetch-1', [attempt]), stopped, evidence, 2)).toBe(2)
  expect(countFor(client('curl-2', []), stopped, evidence, 2)).toBe(0)
  expect(countFor(client('fetch-1', [attempt]), stopped, { fired: 1, text: '' }, 2)).toBe(0)
})

const probed: Evidence = { fired: 1, text: 'closed (probed)', isProbed: true }
const closed = network.connectionRefused().plan
const resolverDown = dns.resolverDown().plan
const saw = (what: string, atMs = 10) => ({ machine: 'client', what, atMs })
const accepted = { machine: 'wire', wire: 'front', what: 'accepted', connection: 1, atMs: 10 }
const question = { machine: 'dns', what: 'question', name: 'a.test', atMs: 10 }
const failed = { kind: 'error', tookMs: 20 }

test.each<[string, number, Plan, readonly object[], object?]>([
  ['connected', 1, closed, [saw('request'), saw('lookup'), saw('connect'), saw('failed')]],
  ['was accepted at its other address', 1, closed, [saw('request'), accepted]],
  ['tells no stages, and failed', 1, closed, [saw('request'), saw('failed')], failed],
  ['tells no stages, and got its answer', 0, closed, [saw('request')]],
  ['went over what was open', 0, closed, [saw('request'), saw('sent'), saw('head'), saw('body')]],
  ['failed over what was open', 0, closed, [saw('request'), saw('sent'), saw('failed')], failed],
  ['only looked the name up', 0, closed, [saw('request'), saw('lookup'), question]],
  ['looked the name up', 1, resolverDown, [saw('request'), saw('lookup')]],
  ['asked the DNS server', 1, resolverDown, [saw('request'), question]],
  ['asked no name', 0, resolverDown, [saw('request'), saw('sent'), saw('body')]],
  ['met a changed record by not asking', 1, dns.ttlStale().plan, [saw('request'), saw('sent')]],
])('under a state that only a probe confirms, a client that %s met it %i times', (...row) => {
  const [, count, plan, events, symptom] = row
  expect(countFor(client('fetch-1', events, symptom), plan, probed, 1)).toBe(count)
  expect(countFor(client('fetch-1', events, symptom), plan, { ...probed, fired: 0 }, 1)).toBe(0)
})

test('an attempt before a state held, or after it, does not meet it', () => {
  const during = (fromMs: number, untilMs: number): Evidence => ({ ...probed, held: { fromMs, untilMs } })
  const late = client('fetch-1', [saw('lookup', 5), saw('connect', 60)])
  expect(countFor(late, closed, during(0, 50), 1)).toBe(0)
  expect(countFor(late, closed, during(0, 70), 1)).toBe(1)
  expect(countFor(late, closed, during(61, Number.POSITIVE_INFINITY), 1)).toBe(0)
  const silent = client('python-1', [saw('request'), saw('failed')], { kind: 'error', tookMs: 20 })
  expect(countFor(silent, closed, during(10, 15), 1)).toBe(1)
  expect(countFor(silent, closed, during(21, 30), 1)).toBe(0)
})
