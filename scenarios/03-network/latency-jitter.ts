import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'The delay varies as on a real line: mostly near 120 ms, now and then far off',
  break: network.latency({ delayMs: 120, jitterMs: 40, distribution: 'normal', seed: 3 }),
  expect: {
    // Four crossings; the same seed draws the same delays each time, 700 ms in all.
    all: { status: 200, tookMs: [600, 2_500] },
  },
  lesson: {
    story: 'The average is fine, yet one call in a hundred is twice as slow.',
    why: 'Queues on the way fill and empty, so delays scatter. A call of four crossings draws four times: its slowest percent is what people notice.',
    seeIt:
      "for n in 1 2 3; do curl -so /dev/null -w '%{time_appconnect}\\n' https://api.example.test/users; done",
    clue: /^0\.[2-9]\d+\s+0\.[2-9]\d+\s+0\.[2-9]/m,
    looksLike: 'latency (the same each time), packet-loss (jumps of 200 ms or a second)',
    hints: ['What do the median and the 99th percentile say?'],
  },
})
