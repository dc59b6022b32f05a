import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'draft',
  break: network.latency({ delayMs: 200, jitterMs: 50, direction: 'to-client' }),
  
  expect: { all: { status: 200 } },
})
