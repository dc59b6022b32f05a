import { fault } from '../language/fault.ts'

/**
 * The record is stale, and its address belongs to another owner by now: a host that is up and speaks TLS.
 *
 * The app refuses the certificate, which is not for its name. Without TLS it would talk to a stranger.
 *
 * - Answer: NOERROR, one A record; the host there shows a certificate for other.example.test, signed by the run's
 *   own root.
 * - Seen: `ERR_TLS_CERT_ALTNAME_INVALID`, as for a wrong certificate on the right host; curl exit 60.
 * - Source: RFC 9525 §6 (the name must be in the certificate).
 */
export const wrongAddressOtherHost = fault({
  step: 'dns',
  name: 'wrong-address-other-host',
  summary: () => 'the name points to a host of somebody else',
  parameters: {},
  plan: () => ({ point: 'dns', state: { kind: 'other-host' } }),
  // It needs a second loopback address, which only Linux gives without asking.
  worlds: process.platform === 'linux' ? ['sealed', 'portable'] : ['sealed'],
})
