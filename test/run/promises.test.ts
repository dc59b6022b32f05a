import { expect, test } from 'vitest'
import type { Symptom } from '../../sandbox/clients/common/symptom.ts'
import type { ClientPromise } from '../../sandbox/language/scenario.ts'
import { compare } from '../../sandbox/run/compare.ts'
import { mismatches } from '../../sandbox/run/mismatch.ts'

// A promise that was not kept: its line says what was expected, what was seen of it, and what the call gave as a
// whole. The three must agree, whatever the call gave.

const notFound: Symptom = {
  kind: 'error',
  errors: [
    { name: 'TypeError', message: 'fetch failed' },
    { name: 'Error', message: 'no such name', code: 'ENOTFOUND', syscall: 'getaddrinfo' },
  ],
  tookMs: 4.2,
}
const answered: Symptom = { kind: 'response', status: 200, errors: [], bodyText: '{"users":[]}', tookMs: 12 }
const limited: Symptom = {
  kind: 'response',
  status: 429,
  headers: { 'retry-after': '2', 'set-cookie': 'a=1, b=2' },
  errors: [],
  tookMs: 7,
}
const silent: Symptom = { kind: 'hangs', errors: [], tookMs: 1_500 }
const choice = { oneOf: [{ code: 'EPIPE' }, { code: 'ECONNRESET' }], because: 'they race' }

const limitedCall = 'the call: status 429, after 7 ms'

function linesOf(promise: ClientPromise, symptom: Symptom): string[] {
  return mismatches('x', { client: 'fetch', symptom, differences: compare(promise, symptom) })
}

test.each<[ClientPromise, Symptom, string]>([
  [{ code: 'EPIPE' }, notFound, 'code "EPIPE", saw "ENOTFOUND"; the call: ENOTFOUND getaddrinfo, after 4 ms'],
  [{ status: 503 }, notFound, 'status 503, saw none; the call: ENOTFOUND getaddrinfo, after 4 ms'],
  [{ code: 'EPIPE' }, answered, 'code "EPIPE", saw none; the call: status 200, after 12 ms'],
  [{ message: /reset/ }, answered, 'message /reset/, saw none; the call: status 200, after 12 ms'],
  [{ tookMs: [50, 90] }, answered, 'tookMs [50,90], saw 12; the call: status 200, after 12 ms'],
  [{ code: 'EPIPE' }, silent, 'code "EPIPE", saw none; the call: hangs (stopped after 1500 ms)'],
  ['hangs', answered, 'a call that hangs, saw status 200, after 12 ms'],
  [{}, notFound, 'a response, saw ENOTFOUND getaddrinfo, after 4 ms'],
  [{}, silent, 'a response, saw hangs (stopped after 1500 ms)'],
  [choice, answered, 'code "EPIPE" (first of the 2 in oneOf), saw none; the call: status 200, after 12 ms'],
  [{ headers: { 'Retry-After': '3' } }, limited, `headers.retry-after "3", saw "2"; ${limitedCall}`],
  [{ headers: { 'retry-after': '02' } }, limited, `headers.retry-after "02", saw "2"; ${limitedCall}`],
  [{ headers: { 'retry-after': /^3/ } }, limited, `headers.retry-after /^3/, saw "2"; ${limitedCall}`],
  [{ headers: { 'retry-AFTER': null } }, limited, `headers.retry-after none, saw "2"; ${limitedCall}`],
  [{ headers: { 'x-none': '' } }, limited, `headers.x-none "", saw none; ${limitedCall}`],
  [{ headers: { 'x-none': /.*/ } }, limited, `headers.x-none /.*/, saw none; ${limitedCall}`],
  [{ headers: { constructor: /x/ } }, limited, `headers.constructor /x/, saw none; ${limitedCall}`],
  [
    { headers: { 'x-none': null } },
    notFound,
    'headers {"x-none":null}, saw none; the call: ENOTFOUND getaddrinfo, after 4 ms',
  ],
])('a promise of %j that was not kept reads right', (promise, symptom, line) => {
  expect(linesOf(promise, symptom)).toEqual([`scenario x: fetch expected ${line}`])
})

test('a promise that was kept has no line', () => {
  expect(linesOf({ code: 'ENOTFOUND', message: /no such/ }, notFound)).toEqual([])
  expect(linesOf('hangs', silent)).toEqual([])
  const headers = { 'Retry-After': '2', 'SET-cookie': /^a=1, b=2$/, 'x-none': null, constructor: null }
  expect(linesOf({ status: 429, headers }, limited)).toEqual([])
  expect(linesOf({ oneOf: [{ status: 503 }, { status: 200 }], because: 'they race' }, answered)).toEqual([])
})
