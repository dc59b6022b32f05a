import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'draft',
  break: network.acceptThenSilence({ at: 'request' }),
  call: { timeoutMs: 1_000 },
  expect: { all: { status: 200 } },
})
