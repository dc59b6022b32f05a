import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'm',
  break: tls.handshakeSlow({ bytes: 200, everyMs: 100 }),
  expect: { all: { status: 200 } },
})
