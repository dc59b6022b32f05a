import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'draft',
  break: network.slicer({ bytes: 100, delayMs: 15 }),
  
  expect: { all: { status: 200 } },
})
