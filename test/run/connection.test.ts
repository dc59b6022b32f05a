import { expect, test } from 'vitest'
import { expectConnection } from '../../sandbox/run/connection.ts'
import { gateway, observed, wire } from './diagnosis-bench.ts'

// A cold call over an open connection would prove nothing: it meets no DNS, no network and no TLS.

const { events: fresh } = observed([
  wire('front', 2, 'accepted', { address: '127.0.0.1' }),
  gateway('request'),
])
const { events: reused } = observed([
  wire('front', 1, 'in', { side: 'client', bytes: 100 }),
  gateway('request'),
])
/** A page that calls its own host, say; a connection of an earlier call may still speak. */
const { events: elsewhere } = observed([
  { machine: 'client', what: 'sent' },
  wire('front', 1, 'in', { side: 'client', bytes: 100 }),
])
const secured = (resumed?: true) =>
  observed([{ machine: 'tls', what: 'secured', connection: 2, ...(resumed && { resumed }) }]).events

const check = (connection: 'cold' | 'warm' | 'resumed', events = fresh, isOpening = false) => {
  expectConnection('x: fetch', { connection, isOpening, phase: 'before the fault' }, events)
}

const { events: overHttp } = observed([wire('plain', 1, 'accepted'), gateway('request')])

test('a call that is to be cold makes its connection, or calls another host', () => {
  check('cold')
  check('cold', overHttp)
  check('cold', elsewhere)
  expect(() => check('cold', reused)).toThrow('x: fetch: a cold call reused a connection')
  expect(() => check('resumed', reused)).toThrow('a resumed call reused a connection')
  check('warm', reused)
})

test('a call that is to resume a TLS session does, but for the first', () => {
  check('resumed', secured(true))
  check('resumed', secured(), true)
  expect(() => check('resumed', secured())).toThrow('expected a resumed TLS session, saw a full handshake')
})
