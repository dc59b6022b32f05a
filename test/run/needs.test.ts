import { expect, test } from 'vitest'
import { request } from '../../sandbox/01-request/index.ts'
import { network } from '../../sandbox/03-network/index.ts'
import { app } from '../../sandbox/10-app/index.ts'
import type { Client } from '../../sandbox/clients/common/client.ts'
import { loadClient } from '../../sandbox/clients/index.ts'
import type { Call } from '../../sandbox/language/call.ts'
import type { Fault } from '../../sandbox/language/fault.ts'
import { type ClientName, clientNames } from '../../sandbox/language/scenario.ts'
import { whyNot } from '../../sandbox/run/abilities.ts'
import { expectWorld } from '../../sandbox/run/needs.ts'

// A fault that a machine cannot have is skipped, and so is a client that cannot make the call; each with its reason.

test.each([
  ['ipv6', network.ipv6Broken(), /needs IPv6, which this machine does not have/],
  ['nft', network.packetLoss(), /needs nft, which is not installed: apt-get/],
])('without %s a fault that needs it is skipped, and with it not', (need, fault, why) => {
  expect(() => expectWorld(fault, 'sealed', [need])).toThrow(why)
  expect(() => expectWorld(fault, 'sealed', ['something else'])).not.toThrow()
})

test('a client that cannot check a revocation as the call wants is skipped, and one that can is not', async () => {
  const fetch = await loadClient('fetch')
  const https = await loadClient('https')
  const chromium = await loadClient('chromium')
  const calling = (call: Call, fault = network.resetOnConnect()) => ({ break: fault, call })
  expect(whyNot(fetch, 'sealed', calling({ revocationChecking: 'crl' }))).toBe('it cannot check a CRL')
  expect(whyNot(https, 'sealed', calling({ revocationChecking: 'crl' }))).toBeUndefined()
  expect(whyNot(https, 'sealed', calling({ revocationChecking: 'ocsp-stapling' }))).toMatch(
    /stapled OCSP response/,
  )
  expect(whyNot(fetch, 'sealed', calling({}))).toBeUndefined()
  expect(whyNot(chromium, 'sealed', calling({ clientCertificate: true }))).toBe(
    'it cannot be given a client certificate',
  )
  expect(whyNot(https, 'sealed', calling({ clientCertificate: true }))).toBeUndefined()
})

test('limits of head and body are of fetch alone, and a client without them is skipped', async () => {
  const calls = [{ headersTimeoutMs: 500 }, { bodyTimeoutMs: 500 }]
  const whys = async (name: ClientName) => {
    const client = await loadClient(name)
    return calls.map((call) => whyNot(client, 'sealed', { break: network.latency(), call }))
  }
  expect(await whys('fetch')).toEqual([undefined, undefined])
  for (const name of clientNames.filter((each) => each !== 'fetch'))
    expect([name, ...(await whys(name))]).toEqual([
      name,
      "it has no limit of its own for the response's head",
      "it has no limit of its own for a pause in the response's body",
    ])
})

test('a client in which a fault of the app has nothing to break is skipped, and one that has it is not', async () => {
  const curl = await loadClient('curl')
  const https = await loadClient('https')
  const chromium = await loadClient('chromium')
  const why = (client: Client, fault: Fault) => whyNot(client, 'sealed', { break: fault })
  expect(why(curl, app.missingField())).toMatch(/^it only prints/)
  expect(why(https, app.missingField())).toBeUndefined()
  expect(why(chromium, request.doubleSubmit())).toMatch(/^no code of ours runs in it/)
  expect(why(https, request.doubleSubmit())).toBeUndefined()
  expect(why(curl, request.cspBlocked())).toBe('it has no page')
  expect(why(chromium, request.cspBlocked())).toBeUndefined()
  expect(why(curl, request.corsBlocked())).toBeUndefined()
})
