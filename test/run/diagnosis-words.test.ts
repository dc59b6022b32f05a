import { expect, test } from 'vitest'
import type { Symptom } from '../../sandbox/clients/common/symptom.ts'
import { type Step, steps } from '../../sandbox/language/steps.ts'
import type { Observation, ServedCertificate } from '../../sandbox/machines/shared/trace.ts'
import { diagnose } from '../../sandbox/run/diagnosis/diagnosis.ts'
import type { ObservedCall } from '../../sandbox/run/diagnosis/observed-call.ts'

// What people read of a diagnosis: what decided, in words without digests, and what stands at each step.

const good: Symptom = { kind: 'response', status: 200, errors: [], tookMs: 20 }
const bad: Symptom = { kind: 'error', errors: [{ name: 'Error', message: 'x' }], tookMs: 20 }

/** Observations a millisecond apart. */
function call(symptom: Symptom, ...observations: readonly Observation[]): ObservedCall {
  const events = observations.map((observation, index) => ({ ...observation, atMs: index, door: 'd-1' }))
  return { startedMs: 0, symptom, limitsMs: [10_000], events }
}

const asked: Observation = { machine: 'dns', what: 'question', name: 'a.test', type: 'A', transport: 'udp' }
const answer = (type: string, rcode: string, ...records: readonly string[]): Observation =>
  ({
    ...{ machine: 'dns', what: 'answer', name: 'a.test', transport: 'udp' },
    ...{ type, rcode, records },
  }) as Observation
const made: Observation = { machine: 'client', what: 'request', detail: 'GET https://a.test/users' }
const found = [made, asked, answer('A', 'NOERROR', 'A 127.0.0.1'), answer('AAAA', 'NOERROR')]
const wire = { machine: 'wire', wire: 'front', connection: 1 } as const
const opened: Observation = { ...wire, what: 'accepted', address: '127.0.0.1' }
const hello: Observation = { machine: 'tls', what: 'hello', connection: 1, serverName: 'a.test' }
const chain: ServedCertificate = {
  digests: ['aa', 'bb'],
  names: ['a.test'],
  signers: ['Middle'],
  issuer: 'Root',
  notBefore: '2026-01-02T00:00:00.000Z',
  notAfter: '2026-03-04T00:00:00.000Z',
}
const serves = (certificate: ServedCertificate): Observation => ({
  ...{ machine: 'tls', what: 'secured', connection: 1 },
  certificate,
})
const secured = serves(chain)

const through = (status: number, ...inApi: readonly Observation[]): Observation[] => [
  ...found,
  opened,
  hello,
  secured,
  { machine: 'gateway', what: 'request', request: 'r', method: 'GET', path: '/users' },
  { machine: 'api', what: 'request', request: 'r', method: 'GET', path: '/users' },
  ...inApi,
  { machine: 'api', what: 'decided', request: 'r', status, value: `value-${status}` },
  { machine: 'api', what: 'response', request: 'r', status },
  { machine: 'gateway', what: 'response', request: 'r', status },
  { machine: 'client', what: 'body' },
]
const query: Observation = { machine: 'api', what: 'query', request: 'r', statement: '/* r */ SELECT 1' }
const rows = (digest: string): Observation => ({
  machine: 'api',
  what: 'result',
  request: 'r',
  rows: 3,
  digest,
})

const healthy = call(good, ...through(200, query, rows('abc')))

const because = (...observations: readonly Observation[]) =>
  diagnose([healthy], call(bad, ...observations)).because

const served = (change: Partial<ServedCertificate>) =>
  because(...found, opened, hello, serves({ ...chain, digests: ['cc', 'bb'], ...change }))

test('what decided is a sentence about the broken call, and the healthy one beside it', () => {
  expect(because()).toBe('no request was made; healthy: GET https://a.test/users')
  expect(because(made)).toBe('no question reached the DNS server; healthy: it arrived')
  expect(because(made, asked, answer('A', 'NXDOMAIN'), answer('AAAA', 'NXDOMAIN'))).toBe(
    'the answer was NXDOMAIN; healthy: A 127.0.0.1',
  )
  expect(because(made, asked, answer('A', 'NOERROR'), answer('AAAA', 'NOERROR'))).toBe(
    'the answer was NODATA, no address; healthy: A 127.0.0.1',
  )
  const gaveUp: Observation = { machine: 'client', what: 'lookup-failed', detail: 'ETIMEOUT' }
  expect(because(made, asked, gaveUp, ...found.slice(2))).toBe(
    "the client's look-up failed: ETIMEOUT; healthy: none",
  )
  expect(because(...found)).toBe('no connection was made; healthy: at 127.0.0.1')
  expect(because(...found, opened, hello)).toBe('no certificate was served; healthy: one for a.test')
})

test('what reads alike and is not the same is told by its values', () => {
  expect(because(made, asked, answer('A', 'NOERROR', 'A 127.0.0.1'))).toBe(
    'the answer was A NOERROR: A 127.0.0.1; healthy: A NOERROR: A 127.0.0.1, AAAA NOERROR',
  )
})

test('of a certificate what differs is told, with the dates that stand on it, and never a digest', () => {
  expect(served({ names: ['b.test'] })).toBe(
    'the certificate served: one for b.test; healthy: one for a.test',
  )
  expect(served({ untimely: { ended: '2025-12-31T00:00:00.000Z' } })).toBe(
    'the certificate served: ended 2025-12-31; healthy: valid 2026-01-02 to 2026-03-04',
  )
  expect(served({ untimely: { begins: '2027-01-01T00:00:00.000Z', signer: 'Middle' } })).toBe(
    'the certificate served: begins 2027-01-01 (that of Middle); healthy: valid 2026-01-02 to 2026-03-04',
  )
  expect(served({ digests: ['aa'], signers: [], issuer: 'Middle' })).toBe(
    'the certificate served: sent alone, signed in the end by Middle; healthy: sent with Middle, signed in the end by Root',
  )
  expect(served({})).toBe('the certificate served was another one, of the same names, dates and signers')
  expect(diagnose([healthy], healthy).because).toBe('nothing differs from the healthy call')
})

test('other rows in the same number are other data', () => {
  expect(because(...through(200, query, rows('xyz')))).toBe('the database answered 3 rows of other data')
})

const letters = {
  done: 'v',
  broke: 'X',
  carried: '>',
  noticed: '!',
  unfinished: '~',
  unreached: '.',
  unused: '-',
}

function marks(broken: ObservedCall, usual = healthy): string {
  const { marks } = diagnose([usual], broken)
  return steps.map((step: Step) => letters[marks[step]]).join('')
}

test('a step is as in the healthy call only where the call came through it', () => {
  expect(marks(healthy)).toBe('vvvvvvvvvv')
  expect(marks(call(bad, ...found))).toBe('vvX.......')
  expect(marks(call(bad, made))).toBe('vX........')
  const lost: Observation = { machine: 'kernel', what: 'lost', packets: 1 }
  const begun: Observation = { machine: 'tls', what: 'failed', connection: 1, certificate: chain }
  expect(marks(call(bad, ...found, opened, lost, hello))).toBe('vvX.......')
  expect(marks(call(bad, ...found, opened, lost, hello, begun))).toBe('vvX~......')
})

test('a lost packet is a break only where the healthy call lost none', () => {
  const lost: Observation = { machine: 'kernel', what: 'lost', packets: 1 }
  const losing = call(
    good,
    ...found,
    opened,
    lost,
    ...through(200, query, rows('abc')).slice(found.length + 1),
  )
  const broken = call(bad, ...found, opened, hello)
  expect(diagnose([healthy], losing)).toMatchObject({
    broke: 'network',
    because: 'packets were lost; healthy: none',
  })
  expect(diagnose([losing], broken)).toMatchObject({
    broke: 'tls',
    because: 'no certificate was served; healthy: one for a.test',
  })
  expect(diagnose([losing], healthy).broke).toBeUndefined()
  expect(diagnose([losing], losing).broke).toBeUndefined()
  // Nor does it say when the call came there: the kernel counts at the end.
  const late = call(good, ...losing.events.filter(({ machine }) => machine !== 'kernel'))
  const counted = { ...lost, atMs: 5_000, door: 'd-1' } as const
  const slow = { ...losing, events: [...late.events, counted], symptom: { ...good, tookMs: 5_000 } }
  expect(diagnose([losing], slow).broke).toBeUndefined()
})

test('an answer carries the failure as far as the client, which notices it', () => {
  const refused: Observation = { machine: 'api', what: 'result', request: 'r', sqlstate: '57014' }
  const answered = call({ ...good, status: 504 }, ...through(504, query, refused))
  expect(marks(answered)).toBe('vvvvv>X>>!')
  expect(marks({ ...answered, symptom: bad })).toBe('vvvvv>X>>v')
})

test('what neither call needs is no part of it', () => {
  const rest = through(200, query, rows('abc')).filter(
    ({ machine }) => machine !== 'dns' && machine !== 'tls',
  )
  const warm = call(good, ...rest)
  expect(marks(warm, warm)).toBe('v-v-vvvvvv')
})
