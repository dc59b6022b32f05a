import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'Every byte takes 150 ms longer: four times for a new connection',
  break: network.latency({ delayMs: 150, jitterMs: 20 }),
  expect: {
    // ClientHello, its answer, the request, the reply: four times 130 ms at least.
    all: { status: 200, tookMs: [520, 2_500] },
  },
  lesson: {
    story: 'The API answers in 20 ms, yet every call from the other continent takes 600.',
    why: 'A new TLS connection crosses the line four times. Connections kept open cross it twice.',
    seeIt:
      "curl -so /dev/null -w '%{time_connect} %{time_appconnect} %{time_total}\\n' https://api.example.test/users",
    clue: /^0\.0\d+ 0\.[2-9]\d+ (0\.[5-9]|[1-9])/m,
    looksLike: 'slow-query (only the wait for the reply is long), bandwidth (grows with the bytes)',
    hints: ['How long does the handshake take?', 'Does a second call on the same connection take half?'],
  },
})
