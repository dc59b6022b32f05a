import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'draft',
  break: network.resetOnConnect({ at: 'accept' }),
  
  expect: { all: { status: 200 } },
})
