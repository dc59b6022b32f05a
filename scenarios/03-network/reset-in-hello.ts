import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'draft',
  break: network.resetOnConnect({ at: 'hello' }),
  
  expect: { all: { status: 200 } },
})
