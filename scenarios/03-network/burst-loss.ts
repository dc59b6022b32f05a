import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'Data is lost, and its repetitions too: each wait is twice as long',
  break: network.packetLoss({ first: 4, only: 'data', direction: 'to-client' }),
  call: { timeoutMs: 3_500 },
  expect: {
    // The data, a probe soon after, then timers of 200, 400 and 800 ms at least.
    all: { status: 200, tookMs: [1_400, 3_000] },
  },
  lesson: {
    story: 'Most calls are quick, a few hang for seconds and then succeed.',
    why: 'The repetitions were lost as well. TCP doubles its timer each time: 200 ms, 400, 800.',
    seeIt: 'curl -so /dev/null https://api.example.test/users & sleep 0.7; ss -tio src :443; wait',
    clue: /backoff:\d/,
    looksLike:
      'packet-loss (a second, and only while connecting), slow-query (the bytes arrive, the answer is late)',
    hints: ['Are the delays doubles of each other?', 'Does the kernel count retransmissions?'],
  },
})
