import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'draft',
  break: network.halfOpen(),
  call: { connection: 'warm', timeoutMs: 2_000 },
  expect: { fetch: { status: 200 }, https: { status: 200 } },
})
