import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'The ClientHello is lost, and the probe behind it: TLS begins late',
  break: network.packetLoss({ first: 2, only: 'data', direction: 'to-server' }),
  call: { timeoutMs: 3_500 },
  expect: {
    // TCP sends a probe soon after (RFC 8985 §7). That is lost too, so a timer is needed: 200 ms at least.
    all: { status: 200, tookMs: [200, 2_000] },
  },
  lesson: {
    story: 'The connection is made at once, yet now and then TLS takes 200 ms longer.',
    why: 'Nothing behind the lost packets arrives that could tell of the gap, so only a timer repeats them: 200 ms at least.',
    seeIt: "curl -so /dev/null -w '%{time_connect} %{time_appconnect}\\n' https://api.example.test/users",
    clue: /^0\.0\d+ (0\.[3-9]|[1-9]\.)\d+$/m,
    looksLike:
      'packet-loss (connecting itself is late), handshake-slow (the server takes its time each time)',
    hints: ['Which is late: connecting, or TLS?', 'Is it late each time?'],
  },
})
