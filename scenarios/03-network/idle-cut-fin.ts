import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'draft',
  break: network.idleCut({ by: 'fin' }),
  call: { connection: 'warm' },
  expect: { fetch: { status: 200 }, https: { status: 200 } },
})
