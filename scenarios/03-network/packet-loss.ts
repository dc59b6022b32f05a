import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'The first packet of the server is lost: the connection opens a second late',
  break: network.packetLoss({ first: 1, direction: 'to-client' }),
  call: { timeoutMs: 3_500 },
  expect: {
    // Without a round trip to go by, TCP's timer starts at a second (RFC 6298 §2.1).
    all: { status: 200, tookMs: [1_000, 2_500] },
  },
  lesson: {
    story: 'Calls succeed, but some take a second more, never half of one. No error anywhere.',
    why: 'The answer to a SYN was lost. TCP has measured no round trip yet, so it waits a full second before it sends again.',
    seeIt: "curl -so /dev/null -w '%{time_connect}\\n' https://api.example.test/users",
    clue: /^[1-3]\.\d+$/m,
    looksLike: 'latency (every call is late by the same time), slow-query (the connection is made at once)',
    hints: ['Is every call slow, or some?', 'How long does connecting alone take?'],
  },
})
