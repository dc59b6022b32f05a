import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'draft',
  break: network.connectionLimit({ connections: 0, by: 'cut' }),
  
  expect: { all: { status: 200 } },
})
