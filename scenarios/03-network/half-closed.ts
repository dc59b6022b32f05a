import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'draft',
  break: network.halfClosed({ from: 'server' }),
  
  expect: { all: { status: 200 } },
})
