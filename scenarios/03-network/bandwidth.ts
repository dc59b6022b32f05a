import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'draft',
  break: network.bandwidth({ bytesPerSecond: 5_000 }),
  
  expect: { all: { status: 200 } },
})
