import { expect, test } from 'vitest'
import { network } from '../sandbox/03-network/index.ts'
import { expectWorld } from '../sandbox/run/requirements.ts'

// A fault that a machine cannot have is skipped, and says what is missing.

test.each([
  ['ipv6', network.ipv6Broken(), /needs IPv6, which this machine does not have/],
  ['nft', network.packetLoss(), /needs nft, which is not installed: apt-get/],
])('without %s a fault that needs it is skipped, and with it not', (need, fault, why) => {
  expect(() => expectWorld(fault, 'sealed', [need])).toThrow(why)
  expect(() => expectWorld(fault, 'sealed', ['something else'])).not.toThrow()
})
