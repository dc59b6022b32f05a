import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'draft',
  break: network.connectionRefused(),
  
  expect: { all: { status: 200 } },
})
