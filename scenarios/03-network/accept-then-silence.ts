import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'draft',
  break: network.acceptThenSilence({ at: 'accept' }),
  call: { connectTimeoutMs: 500, timeoutMs: 1_500 },
  expect: { all: { status: 200 } },
})
