import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'draft',
  break: network.latency({ delayMs: 400, direction: 'to-server' }),
  call: { timeoutMs: 700 },
  expect: { all: { status: 200 } },
})
