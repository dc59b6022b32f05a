import { expect, test } from 'vitest'
import { network } from '../sandbox/03-network/index.ts'
import { whyNot } from '../sandbox/run/promises.ts'
import { expectWorld } from '../sandbox/run/requirements.ts'

// A fault that a machine cannot have is skipped, and so is a client that cannot make the call; each with its reason.

test.each([
  ['ipv6', network.ipv6Broken(), /needs IPv6, which this machine does not have/],
  ['nft', network.packetLoss(), /needs nft, which is not installed: apt-get/],
])('without %s a fault that needs it is skipped, and with it not', (need, fault, why) => {
  expect(() => expectWorld(fault, 'sealed', [need])).toThrow(why)
  expect(() => expectWorld(fault, 'sealed', ['something else'])).not.toThrow()
})

test('a client that cannot check a revocation as the call wants is skipped, and one that can is not', () => {
  expect(whyNot('fetch', 'sealed', { revocationChecking: 'crl' })).toBe('it cannot check a CRL')
  expect(whyNot('https', 'sealed', { revocationChecking: 'crl' })).toBeUndefined()
  expect(whyNot('https', 'sealed', { revocationChecking: 'ocsp-stapling' })).toMatch(/stapled OCSP response/)
  expect(whyNot('fetch', 'sealed', {})).toBeUndefined()
})
