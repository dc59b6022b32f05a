import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'draft',
  break: network.idleCut({ by: 'silence' }),
  call: { connection: 'warm', timeoutMs: 1_000 },
  expect: { fetch: { status: 200 }, https: { status: 200 } },
})
