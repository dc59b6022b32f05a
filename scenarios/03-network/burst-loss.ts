import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'Two packets in a row are lost, again and again',
  break: network.packetLoss({ every: 6, burst: 2, direction: 'to-client' }),
  call: { timeoutMs: 3_500 },
  expect: {
    all: { status: 200 },
  },
  lesson: {
    story: 'Most calls are quick, a few hang for seconds and then succeed.',
    why: 'Losses in a row hit the repetition too, so TCP waits twice as long each time.',
    seeIt: 'nstat -az TcpRetransSegs',
    looksLike: 'packet-loss (single losses cost less)',
  },
})
