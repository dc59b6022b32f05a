import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'Data is lost in both directions: each of the two costs a timer',
  break: network.packetLoss({ first: 2, only: 'data', direction: 'both' }),
  call: { timeoutMs: 3_500 },
  expect: {
    // As in hello-lost, once in each direction.
    all: { status: 200, tookMs: [400, 3_000] },
  },
  lesson: {
    story: 'The more often a protocol waits for an answer, the more a bad line hurts.',
    why: 'The ClientHello was lost, then its answer. Each side has a timer of its own, and one waits for the other.',
    seeIt: 'nstat -n; curl -so /dev/null https://api.example.test/users; nstat -z TcpRetransSegs',
    clue: /TcpRetransSegs +[1-9]/,
    looksLike: 'hello-lost (one direction), latency-one-way (late each time)',
    hints: ['Who sends again, and how often?'],
  },
})
