import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'draft',
  break: network.latency({ delayMs: 150 }),
  
  expect: { all: { status: 200 } },
})
