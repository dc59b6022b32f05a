import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'draft',
  break: network.corruptBytes({ from: 'client', afterBytes: 0 }),
  
  expect: { all: { status: 200 } },
})
