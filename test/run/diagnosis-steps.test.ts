import { expect, test } from 'vitest'
import type { Symptom } from '../../sandbox/clients/common/symptom.ts'
import type { Step } from '../../sandbox/language/steps.ts'
import type { Observation } from '../../sandbox/machines/shared/trace.ts'
import type { ClientRun } from '../../sandbox/run/client-run.ts'
import { diagnose } from '../../sandbox/run/diagnosis/diagnosis.ts'
import { findingOf } from '../../sandbox/run/finding.ts'
import { misdiagnoses } from '../../sandbox/run/mismatch.ts'
import { anOrder, api, type Changes, call, failed, gateway, inVain, ok, without } from './diagnosis-bench.ts'

// Which step broke behind the gateway: one observation decides each, and what lies behind it decides nothing.

const nothingDecided = without('decided')
const ownAnswer = {
  left: undefined,
  done: gateway('response', { status: 502 }),
  head: undefined,
  body: undefined,
  used: undefined,
}
const badGateway = inVain('ECONNRESET')
const ended: Observation = { machine: 'process', what: 'ended', code: 'SIGKILL' }

test.each<[string, Step | undefined, Changes]>([
  ['as in the healthy call', undefined, {}],
  [
    'another id, which is decided and leaves alike',
    undefined,
    {
      decided: api('decided', { status: 201, digest: 'bytes 2', value: 'an order', headers: 'none' }),
      left: gateway('left', { status: 201, headers: 'h', digest: 'bytes 2' }),
    },
  ],
  [
    'the gateway answers and asks nobody',
    'server',
    { ...without('handedOn'), left: gateway('own-answer', { status: 429 }) },
  ],
  [
    'no route takes it',
    'server',
    { routed: undefined, ...without('lock'), decided: api('decided', { status: 404 }) },
  ],
  [
    'the process ends, and takes its last words with it',
    'backend',
    { ...without('apiAsked'), routed: ended, done: badGateway },
  ],
  [
    'the process ends between two statements',
    'backend',
    { ...without('insert'), inserted: ended, done: badGateway },
  ],
  ['the route sends no statement', 'backend', without('lock')],
  [
    'it sends another statement',
    'backend',
    { insert: api('query', { statement: '/* req=d-1.1 */ DELETE', parameters: 'p2' }) },
  ],
  [
    'it sends the statement with other values',
    'backend',
    { insert: api('query', { statement: '/* req=d-1.1 */ INSERT', parameters: 'p3' }) },
  ],
  ['it stops although the answer was the healthy one', 'backend', without('insert')],
  [
    'the second statement is refused',
    'database',
    { ...without('inserted'), inserted: api('result', { sqlstate: '40P01' }) },
  ],
  [
    'the first one gives other rows, and the rest follows',
    'database',
    { ...without('insert'), locked: api('result', { rows: 0, digest: '' }) },
  ],
  ['the database never answers', 'database', without('inserted')],
  [
    'the same conversation, and the route decides otherwise',
    'backend',
    {
      decided: api('decided', { status: 403, digest: 'no', value: 'no', headers: 'none' }),
      left: gateway('left', { status: 403, headers: 'h', digest: 'no' }),
    },
  ],
  [
    'the same status and another body',
    'backend',
    {
      decided: api('decided', { status: 201, digest: 'bytes 3', value: 'another order', headers: 'none' }),
      left: gateway('left', { status: 201, headers: 'h', digest: 'bytes 3' }),
    },
  ],
  [
    'it sends one statement more, and decides the same',
    'backend',
    { inserted: [anOrder.inserted, api('query', { statement: '/* req=d-1.1 */ NOTIFY' })] },
  ],
  [
    'another request is answered in between, which is no word to this one',
    undefined,
    { locked: [api('result', { request: 'd-1.0', rows: 9 }), anOrder.locked] },
  ],
  ['nothing is decided', 'backend', nothingDecided],
  [
    'the gateway gives up, and nothing behind it was otherwise',
    'server',
    { answered: badGateway, ...ownAnswer },
  ],
  [
    'the gateway gives up as quickly as the API answers, and what the API still does is in vain',
    'server',
    {
      handedOn: [anOrder.handedOn, ...inVain('ETIMEDOUT', 504)],
      ...without('lock', 'answered'),
      ...ownAnswer,
    },
  ],
  [
    'the gateway cannot read what the API wrote',
    'response',
    { answered: inVain('HPE_INVALID_CONSTANT'), ...ownAnswer },
  ],
  [
    'the API hangs up on the gateway although it has decided',
    'response',
    { written: undefined, answered: badGateway, ...ownAnswer },
  ],
  [
    'the API hangs up on the gateway and has decided nothing',
    'backend',
    { ...without('lock', 'written'), answered: badGateway, ...ownAnswer },
  ],
  [
    'another status leaves',
    'response',
    { left: gateway('left', { status: 500, headers: 'h', digest: 'bytes 1' }) },
  ],
  [
    'another header leaves',
    'response',
    { left: gateway('left', { status: 201, headers: 'i', digest: 'bytes 1' }) },
  ],
  [
    'another body leaves',
    'response',
    { left: gateway('left', { status: 201, headers: 'h', digest: 'bytes 9' }) },
  ],
  [
    'less leaves than the head promises',
    'response',
    { left: gateway('left', { status: 201, headers: 'h', flaws: ['too-short'] }) },
  ],
  [
    'a head leaves that nobody decided',
    'response',
    { left: [gateway('left', { status: 103, headers: 'h' }), anOrder.left] },
  ],
  ['the head does not arrive', 'reply', without('head')],
  ['the body does not arrive whole', 'reply', without('body')],
  ['the app fails at whole data', 'app', without('used')],
])('%s: %s', (_what, step, changes) => {
  const symptom = step === undefined ? ok : failed
  expect(diagnose([call()], call(changes, symptom)).broke).toBe(step)
})

test('what is no longer so in the healthy call either decides nothing', () => {
  const odd = { left: gateway('left', { status: 201, headers: 'h', digest: 'bytes 9' }) }
  expect(diagnose([call(odd)], call(odd)).broke).toBeUndefined()
})

test('a call in which nothing differs is no wrong diagnosis only where it was answered as before', () => {
  const misdiagnosed = (symptom: Symptom, changes: Changes = {}) => {
    const calls = { usual: [call()], broken: [call(changes, symptom)] }
    return misdiagnoses('x', 'reply', {
      client: 'fetch',
      ...findingOf({ ...calls, promise: {} } as unknown as ClientRun),
    })
  }
  const wrong =
    'scenario x: fetch: expected a diagnosis of 09 reply, where the fault is, saw none: nothing differs from the healthy call'
  expect(misdiagnosed(ok)).toEqual([])
  expect(misdiagnosed({ ...ok, status: 203 })).toEqual([wrong])
  expect(misdiagnosed(failed)).toEqual([wrong])
  expect(misdiagnosed(failed, without('body'))).toEqual([])
})
