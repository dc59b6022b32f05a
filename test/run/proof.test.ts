import { expect, test } from 'vitest'
import type { TraceEvent } from '../../sandbox/machines/trace.ts'
import { firedFor } from '../../sandbox/run/proof.ts'
import type { Traveller } from '../../sandbox/run/traveller.ts'

// An average would call a fault proved for a client that never met it.

const traveller = (door: string, events: readonly object[]) =>
  ({ visit: { id: door }, broken: [{ events: events as TraceEvent[] }] }) as unknown as Traveller

const attempt = { machine: 'gateway', what: 'request', request: 'fetch-1.1', atMs: 0, door: 'fetch-1' }

test('hits of one client prove nothing for another that called beside it', () => {
  const hits = new Map([['fetch-1', 4]])
  const evidence = { fired: 4, text: '', ofDoor: (door: string) => hits.get(door) ?? 0 }
  expect(firedFor(traveller('fetch-1', []), 'database', evidence, 2)).toBe(4)
  expect(firedFor(traveller('curl-2', []), 'database', evidence, 2)).toBe(0)
})

test('where nobody can tell whose hits they were, a client that never came so far has none', () => {
  const evidence = { fired: 4, text: '' }
  expect(firedFor(traveller('fetch-1', [attempt]), 'api', evidence, 2)).toBe(2)
  expect(firedFor(traveller('curl-2', []), 'api', evidence, 2)).toBe(0)
  expect(firedFor(traveller('fetch-1', [attempt]), 'api', { fired: 1, text: '' }, 2)).toBe(0)
})
