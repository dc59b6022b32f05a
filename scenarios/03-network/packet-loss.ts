import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'Every third packet of the server is lost; TCP repairs it, slowly',
  break: network.packetLoss({ every: 3, direction: 'to-client' }),
  call: { timeoutMs: 3_500 },
  expect: {
    all: { status: 200 },
  },
  lesson: {
    story: 'Calls succeed, but some take a second. No error anywhere.',
    why: 'Lost packets are sent again only after a timer of 200 ms or more, and it doubles each time.',
    seeIt: 'nstat -az TcpRetransSegs',
    looksLike: 'latency (every call is late by the same time), slow-query (only one route is slow)',
    hints: ['Is every call slow, or some?', 'Does the kernel count retransmissions?'],
  },
})
