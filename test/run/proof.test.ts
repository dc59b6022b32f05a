import { expect, test } from 'vitest'
import type { TraceEvent } from '../../sandbox/machines/shared/trace.ts'
import type { ClientRun } from '../../sandbox/run/client-run.ts'
import { firedFor } from '../../sandbox/run/proof.ts'

// An average would call a fault proved for a client that never met it.

const client = (door: string, events: readonly object[]) =>
  ({ seat: { id: door }, broken: [{ events: events as TraceEvent[] }] }) as unknown as ClientRun

const attempt = { machine: 'gateway', what: 'request', request: 'fetch-1.1', atMs: 0, door: 'fetch-1' }

test('hits of one client prove nothing for another that called beside it', () => {
  const hits = new Map([['fetch-1', 4]])
  const evidence = { fired: 4, text: '', ofDoor: (door: string) => hits.get(door) ?? 0 }
  expect(firedFor(client('fetch-1', []), 'database', evidence, 2)).toBe(4)
  expect(firedFor(client('curl-2', []), 'database', evidence, 2)).toBe(0)
})

test('where the machine cannot tell whose hits they were, a client that never came so far has none', () => {
  const evidence = { fired: 4, text: '' }
  expect(firedFor(client('fetch-1', [attempt]), 'api', evidence, 2)).toBe(2)
  expect(firedFor(client('curl-2', []), 'api', evidence, 2)).toBe(0)
  expect(firedFor(client('fetch-1', [attempt]), 'api', { fired: 1, text: '' }, 2)).toBe(0)
})
