import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'IPv6 is refused, IPv4 works: nobody notices',
  break: network.ipv6Broken({ how: 'refused', ipv4: 'works' }),
  call: { connectTimeoutMs: 1_000, timeoutMs: 2_500 },
  expect: {
    all: { status: 200 },
  },
  lesson: {
    story: 'IPv6 was never switched on, the AAAA record was. For months no alarm, then IPv4 is retired.',
    why: 'A refusal is quick, and every client goes on to the next address at once. Only a monitor that asks over IPv6 alone sees it.',
    seeIt: 'curl -sS -6 https://api.example.test/users; curl -sS -4 https://api.example.test/users',
    clue: /\(7\) Failed to connect[\s\S]*"users"/,
    looksLike: 'ipv6-broken (silence instead: slow), aaaa-only (no IPv4 to go on to)',
    hints: ['Does curl -6 work?', 'Over which family do the requests arrive?'],
  },
})
