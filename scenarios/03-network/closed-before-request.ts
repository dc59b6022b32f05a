import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'draft',
  break: network.closedOnConnect({ at: 'request' }),
  
  expect: { all: { status: 200 } },
})
