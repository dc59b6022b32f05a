import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'The line carries 4 000 bytes per second',
  break: network.bandwidth({ bytesPerSecond: 4_000 }),
  expect: {
    // About 2 500 bytes of handshake and reply at least; Node's ClientHello is larger.
    all: { status: 200, tookMs: [500, 4_000] },
  },
  lesson: {
    story: 'On the train every call takes seconds, the small ones too.',
    why: 'The certificates of the handshake are larger than the answer. Each new connection pays for them.',
    seeIt: "curl -so /dev/null -w '%{time_total}\\n' https://api.example.test/users",
    clue: /^(0\.[4-9]|[1-9]\.)\d+$/m,
    looksLike: 'latency (does not depend on the bytes)',
    hints: ['Does a larger answer take longer?', 'How many bytes does a handshake take?'],
  },
})
