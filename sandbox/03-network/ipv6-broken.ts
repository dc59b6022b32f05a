import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

/**
 * The host name has an IPv4 and an IPv6 address, and IPv6 does not work: a firewall or a tunnel stops it, or the
 * server listens on IPv4 alone.
 *
 * Clients try IPv6 first. Clients with happy eyeballs go on to IPv4 after a moment (Node 250 ms, curl 200 ms), and
 * the user notices nothing; others wait out their whole connect timeout on every call. The app can only prefer
 * IPv4; the repair is a working IPv6 address, or no AAAA record.
 *
 * - `how`: IPv6 is `refused` (at once), or met with `silence` (each client waits as long as it will).
 * - `ipv4`: `works`, or is `refused` as well.
 * - Seen: 200, sooner or later. With IPv4 refused too, Node's `AggregateError` with an EMPTY message; its
 *   `errors` hold one error for each address: `ECONNREFUSED`, or `ETIMEDOUT` where IPv6 was met with silence.
 * - Source: RFC 8305 (happy eyeballs); RFC 6724 §6 (IPv6 first); Node's `net`, `autoSelectFamily`.
 */
export const ipv6Broken = fault({
  step: 'network',
  name: 'ipv6-broken',
  summary: ({ how, ipv4 }) => {
    const six = how === 'refused' ? 'IPv6 is refused' : 'no SYN is answered over IPv6'
    return `ipv6-broken: ${six}, IPv4 ${ipv4 === 'works' ? 'works' : 'is refused'}`
  },
  parameters: {
    how: oneOf(['refused', 'silence'], { default: 'silence' }),
    ipv4: oneOf(['works', 'refused'], { default: 'works' }),
  },
  needs: ['ipv6'],
  plan: ({ how, ipv4 }) => ({ point: 'front-wire', state: { kind: 'by-family', ipv6: how, ipv4 } }),
})
