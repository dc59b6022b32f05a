import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.handshakeSlow({ bytes: 50, everyMs: 100 }),
  call: { connectTimeoutMs: 500, timeoutMs: 2_000 },
  expect: { all: { status: 200 } },
})
