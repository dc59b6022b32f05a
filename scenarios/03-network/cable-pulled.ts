import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'draft',
  break: network.cablePulled({ from: 'server', afterBytes: 1_000 }),
  call: { timeoutMs: 1_000 },
  expect: { all: { status: 200 } },
})
