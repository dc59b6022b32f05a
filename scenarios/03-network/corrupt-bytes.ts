import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'draft',
  break: network.corruptBytes({ from: 'server', afterBytes: 1_000 }),
  
  expect: { all: { status: 200 } },
})
